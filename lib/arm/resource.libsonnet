// Resources: the body is what ARM gets; everything the library adds is hidden.
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
  when(condition):: if condition == true then self else self + { condition: condition },
  at(scope):: (import 'related.libsonnet').at(self, scope),
};

{
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
