// Resources: the body is what ARM gets; everything the library adds is hidden.
local d = import 'doc.libsonnet';
local expression = import 'expression.libsonnet';
local ids = import 'id.libsonnet';

local access(path) = if path == '' || path == [] then '' else (import 'prop.libsonnet').accessors(path);

local reference(resource, path, full) =
  '[reference(' + expression.encode(ids.deployedId(resource)) + ", '" + resource.apiVersion
  + (if full then "', 'Full')" else "')") + access(path) + ']';

local listCall(resource, name, body) =
  local function_ = if std.startsWith(name, 'list') then name else 'list' + std.asciiUpper(name[0]) + name[1:];
  expression.call(
    function_, [ids.deployedId(resource), resource.apiVersion] + (if body == null then [] else [body])
  );

local methods = {
  '$arm':: 'resource',
  id:: ids.ofPlain(self),
  ref(path='', full=false):: reference(self, path, full),
  list(fn, body=null):: listCall(self, fn, body),
  child(type, name):: (import 'related.libsonnet').child(self, type, name),
  extension(type, apiVersion, name):: (import 'related.libsonnet').extension(self, type, apiVersion, name),
  dependingOn(x):: self + { dependsOn+: (import 'related.libsonnet').dependencies(x) },
  when(condition):: if condition == true then self else self + { condition: expression.condition(condition) },
  at(scope):: (import 'related.libsonnet').at(self, scope),
};

{
  '#members':: {
    id: d.value("Its id, `[resourceId('TYPE', 'NAME')]`; of an extension or at another scope the function that gives it there."),
    ref: d.fn(
      'A reference to the state of the resource.',
      [
        d.arg('path', 'string or array', 'the member wanted: see [prop](#armprop)', "''"),
        d.arg('full', 'boolean', 'from the whole resource, not from its properties', 'false'),
      ],
    ),
    list: d.fn(
      'A call of one of its list operations.',
      [d.arg('fn', 'string', '`listKeys`, or `keys`'), d.arg('body', 'any', 'what the operation takes', 'null')],
    ),
    child: d.fn(
      "A child, to stand in the template by itself: `$.account.child('blobServices', 'default') { properties: { … } }`.",
      [
        d.arg('type', 'string', 'the segment that its type adds, or its whole type'),
        d.arg('name', 'string', 'its own name, without that of its parent'),
      ],
      gives='a resource with type, apiVersion and name',
    ),
    extension: d.fn(
      'A resource that extends this one, such as a lock or a role assignment.',
      [d.arg('type', 'string', 'type'), d.arg('apiVersion', 'string', 'API version'), d.arg('name', 'string', 'name')],
      gives='a resource with type, apiVersion, name and scope',
    ),
    dependingOn: d.fn(
      'The resource with more dependencies. On a module it is on all its resources; on an existing resource on none.',
      [d.arg('x', 'any', 'resources, modules, ids, and arrays and maps of those')],
    ),
    when: d.fn(
      'The resource with a condition; with true it is as it was.',
      [d.arg('condition', 'boolean or expression', 'whether it is deployed')],
      errors=['the condition is neither'],
    ),
    at: d.fn(
      'The resource at another scope: that of a resource for an extension, the tenant, a management group.',
      [d.arg('scope', 'scope', 'see [Scopes](#scopes)')],
      errors=['it is deployed to another resource group or subscription: that takes a nested deployment'],
    ),
  },

  Resource(type, apiVersion):: methods {
    type: type,
    apiVersion: apiVersion,
    name: error 'a resource of type ' + type + ' needs a name',
  },
  existing(type, apiVersion, name, scope=null):: methods {
    '$arm':: 'existing',
    id:: ids.of(self),
    '$scope':: (import 'scope.libsonnet').parse(scope),
    type: type,
    apiVersion: apiVersion,
    name: name,
  },
}
