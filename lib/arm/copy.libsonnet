// Deploy-time loops.
local expression = import 'expression.libsonnet';

local settings(mode, batchSize) =
  if batchSize != null && mode != null && std.asciiLower(mode) != 'serial' then
    error 'copy: batchSize goes with the mode serial, not with ' + mode
  else (if mode != null || batchSize != null then { mode: if mode == null then 'serial' else mode } else {})
       + (if batchSize != null then { batchSize: batchSize } else {});

local countOf(count) = if std.type(count) == 'array' then std.length(count) else count;

local resourceLoop(name, count, mode, batchSize) = { copy: { name: name, count: countOf(count) } + settings(mode, batchSize) };

local index(name) = expression.call('copyIndex', [name]);

local valueLoop(name, count, input) =
  local element = if std.type(input) == 'function' then input(index(name)) else input;
  {
    '$arm':: 'loop',
    count:: countOf(count),
    // An output has one loop, without a name.
    input:: if std.type(input) == 'function' then input('[copyIndex()]') else input,
    copy+: [{ name: name, count: countOf(count), input: element }],
  };

function(name, count, input=null, mode=null, batchSize=null)
  if input == null then resourceLoop(name, count, mode, batchSize) else valueLoop(name, count, input)
