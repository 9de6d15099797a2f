// What the modules of the collection have in common, as parts to make a module with:
// `interfaces.Module + interfaces.diagnosticSettings() + { … }`. Each part adds its parameters and its resources.
local fn = (import 'arm.libsonnet').fn;
local base = import 'module.libsonnet';

local isExpression(text) = std.startsWith(text, '[') && !std.startsWith(text, '[[');

{
  // The base: location, tags, a lock, role assignments. The module says which of its fields is its `anchor`.
  Module:: base.Module,

  // The same for a resource that belongs to no region.
  GlobalModule:: base.GlobalModule,

  // Logs and metrics to a workspace, a storage account or an event hub.
  // logs, metrics: what is sent when an entry does not say; null where the resource has none.
  diagnosticSettings(logs=['allLogs'], metrics=['AllMetrics'])::
    (import 'diagnostic_settings.libsonnet') { logs:: logs, metrics:: metrics },

  // Private endpoints, and whether public networks are let in.
  // services: the sub-resources that may have one; the first is taken when an entry does not say.
  privateEndpoints(services):: (import 'private_endpoints.libsonnet').part { services:: services },

  // System-assigned and user-assigned identities of the anchor.
  // systemAssigned: whether there is a system-assigned one when the parameter does not say.
  managedIdentities(systemAssigned=false):: (import 'managed_identities.libsonnet') { systemAssignedByDefault:: systemAssigned },

  // One private endpoint, `{ endpoint, zones }`, for modules that place it themselves.
  privateEndpoint:: (import 'private_endpoints.libsonnet').privateEndpoint,

  // A lock and a role assignment of a resource, for modules that place them themselves.
  lock:: (import 'lock.libsonnet').lock,
  roleAssignment:: (import 'role_assignments.libsonnet').roleAssignment,

  // A name with something after it: `[concat(…)]` where only the deployment knows the name.
  suffixed(name, suffix):: if isExpression(name) then fn.concat([name, suffix]) else name + suffix,

  // No more than so many characters of a name, also of one that only the deployment knows.
  shortened(name, length):: if isExpression(name) then fn.take(name, length) else std.substr(name, 0, length),

  // Metadata of parameters that many modules have.
  parameter:: import 'parameter.libsonnet',

  // Built-in roles, name to id.
  roles:: import 'roles.libsonnet',
}
