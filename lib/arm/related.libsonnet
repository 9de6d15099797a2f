// Resources that stand in a relation to another: children, extensions, dependencies, other scopes.
local ids = import 'id.libsonnet';
local resource = import 'resource.libsonnet';
local scopes = import 'scope.libsonnet';

local isOfThisDeployment(scope) =
  scope == null || (scope.kind == 'resourceGroup' && scope.name == null)
  || (scope.kind == 'subscription' && scope.subscription == null) || (scope.kind == 'managementGroup' && scope.name == null);

// The field `scope` of a resource that is deployed at another scope than its template's.
local scopeField(scope) =
  if scope.kind == 'resourceGroup' || scope.kind == 'subscription' then
    error 'a resource of another ' + scope.kind + ' is deployed by a deployment there: put it into a module and place '
          + 'that with arm.nested(module, name, scope)'
  else scope.id;

local placed(handle, scope) = handle {
  id:: ids.of(self),
  '$scope':: scope,
  [if !isOfThisDeployment(scope) then 'scope']: scopeField(scope),
};

local typeOfChild(parent, type) = if std.startsWith(type, parent.type + '/') then type else parent.type + '/' + type;

local child(parent, type, name) =
  local scope = ids.scopeOf(parent);
  resource.Resource(typeOfChild(parent, type), parent.apiVersion) {
    id:: ids.of(self),
    '$parent':: parent,
    '$segment':: (import 'name.libsonnet')(name),
    name: ids.joinParts(ids.nameParts(self)),
    [if !isOfThisDeployment(scope) then 'scope']: scopeField(scope),
  };

local extension(target, type, apiVersion, name) =
  placed(resource.Resource(type, apiVersion) { name: name }, scopes.parse(target));

local dependencies(x) =
  local type = std.type(x);
  if type == 'null' then []
  else if type == 'string' then [x]
  else if type == 'array' then [id for item in x for id in dependencies(item)]
  else if type != 'object' then error 'dependingOn takes resources, modules and ids, not a ' + type
  else if '$arm' in x && x['$arm'] == 'existing' then []
  else if 'type' in x && 'name' in x then [ids.deployedId(x)]
  else if 'resources' in x then dependencies(x.resources)
  else if 'id' in x then [x.id]
  else [id for field in std.objectFields(x) for id in dependencies(x[field])];

{
  child:: child,
  extension:: extension,
  dependencies:: dependencies,
  at(handle, scope)::
    local parsed = scopes.parse(scope);
    if handle['$arm'] == 'existing' then handle { '$scope':: parsed, id:: ids.of(self) } else placed(handle, parsed),
}
