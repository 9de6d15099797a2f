// Locks, and the parameter `lock`.
local parameter = import 'parameter.libsonnet';

local notes = {
  CanNotDelete: 'Nothing here can be deleted until this lock is taken away.',
  ReadOnly: 'Nothing here can be changed or deleted until this lock is taken away.',
};

{
  // level: CanNotDelete or ReadOnly. others: what must be deployed before the resource is locked.
  lock(resource, level, others=[])::
    resource.extension('Microsoft.Authorization/locks', '2020-05-01', 'lock').dependingOn(others) {
      properties: { level: level, notes: notes[level] },
    },

  part:: {
    local module = self,
    parameterMetadata+:: { lock: parameter.lock },

    // A read-only resource takes no children, so that lock comes last.
    lock::
      local level = module.arguments.lock;
      local others = if level == 'ReadOnly' then (module { lock:: null }).resources else [];
      if level != null then $.lock(module[module.anchor], level, others),
  },
}
