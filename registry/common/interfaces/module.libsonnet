// A module around one main resource, its anchor.
//
// Metadata of parameters is written out, not called for: some engines work it out again for each argument that is read.
local arm = import 'arm.libsonnet';

{
  // A resource that belongs to no region: tags, a lock, role assignments.
  GlobalModule:: arm.Module + $.base + (import 'lock.libsonnet').part + (import 'role_assignments.libsonnet').part,

  // One in a region.
  Module:: $.GlobalModule + $.region,

  base:: {
    local module = self,
    parameterMetadata+:: {
      tags: {
        type: 'object',
        description: 'Tags of every resource',
        additionalProperties: { type: 'string', maxLength: 256 },
        defaultValue: {},
        examples: [{ owner: 'payments' }],
      },
    },

    // What every resource of the module starts with. Parts add to it.
    body:: { location: 'global', [if module.arguments.tags != {} then 'tags']: module.arguments.tags },
    Resource(type, apiVersion):: arm.Resource(type, apiVersion) + module.body,

    // The main resource starts with its name, too, and with what the parts of the module have for it.
    anchorBody:: { name: module.arguments.name },
    Anchor(type, apiVersion):: module.Resource(type, apiVersion) + module.anchorBody,

    // The name of the field that holds the main resource.
    anchor:: error "a module of the collection names the field of its main resource: anchor:: 'account'",
    id:: module[module.anchor].id,
    outputs: { id: arm.output(module.id), name: arm.output(module[module.anchor].name) },
  },

  region:: {
    local module = self,
    parameterMetadata+:: {
      location: { type: 'string', description: 'Azure region', defaultValue: '[resourceGroup().location]' },
    },
    body+:: { location: module.arguments.location },
  },
}
