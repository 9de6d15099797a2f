// What Jsonnet lacks: regular expressions, formats, address blocks, digests, YAML and TOML. armlib's evaluator has native
// functions for these; in plain Jsonnet some are worked out here, and the others are errors that say so.
local cidr = import 'cidr.libsonnet';

// Natives take and give one JSON text: an array of arguments, { ok } or { error }.
local ask(native, arguments) =
  local answer = std.parseJson(native(std.manifestJsonMinified(arguments)));
  if 'error' in answer then error answer['error'] else answer.ok;

local missing(name) = error 'arm.native.' + name + ': plain Jsonnet cannot do this; evaluate with armlib';

// plain: what to do without the native function.
local call(name, arguments, plain) =
  local native = std.native('armlib.' + name);
  if native == null then plain else ask(native, arguments);

local standard(name, text) = if std.objectHasAll(std, name) then std[name](text) else missing(name);

// The characters that mean something in a pattern.
local special = '\\^$.|?*+()[]{}-&~# \t\n\r\u000b\f';

local escapeCharacter(c) = if std.member(special, c) then '\\' + c else c;

{
  '#':: |||
    What Jsonnet lacks. armlib's evaluator has native functions for these; plain Jsonnet can do those that say so, and the
    others are errors there.
  |||,

  '#isAvailable':: "Whether armlib's native functions are there.",
  isAvailable:: std.native('armlib.regexMatch') != null,

  '#regexMatch':: 'Whether the pattern matches somewhere in the text.',
  regexMatch(pattern, text):: call('regexMatch', [pattern, text], missing('regexMatch')),
  '#regexFullMatch':: 'Whether the pattern matches the whole text.',
  regexFullMatch(pattern, text):: call('regexFullMatch', [pattern, text], missing('regexFullMatch')),
  '#regexFind':: 'The first match, `{ match, start, groups, named }`, or null.',
  regexFind(pattern, text):: call('regexFind', [pattern, text], missing('regexFind')),
  '#regexFindAll':: 'All matches, in order.',
  regexFindAll(pattern, text):: call('regexFindAll', [pattern, text], missing('regexFindAll')),
  '#regexReplace':: 'The text with every match replaced; `$1`, `${name}` and `$0` are groups, `$$` is a dollar.',
  regexReplace(pattern, replacement, text):: call('regexReplace', [pattern, replacement, text], missing('regexReplace')),
  '#regexSplit':: 'The texts between the matches.',
  regexSplit(pattern, text):: call('regexSplit', [pattern, text], missing('regexSplit')),
  '#regexEscape':: 'A pattern that matches exactly the text. Also in plain Jsonnet.',
  regexEscape(text):: call('regexEscape', [text], std.join('', [escapeCharacter(c) for c in std.stringChars(text)])),

  '#isFormat':: 'Whether the text has the format.',
  isFormat(format, text):: call('isFormat', [format, text], missing('isFormat')),
  '#formats':: 'The names of the formats.',
  formats():: call('formats', [], missing('formats')),

  '#parseCidr':: 'The parts of a block, as fn.parseCidr gives them, and `size` (a text) and `version`. IPv4 also in plain Jsonnet.',
  parseCidr(block):: call('parseCidr', [block], cidr.parseCidr(block)),
  '#cidrSubnet':: 'The block at an index, from 0, of those with a prefix length. IPv4 also in plain Jsonnet.',
  cidrSubnet(block, length, index):: call('cidrSubnet', [block, length, index], cidr.cidrSubnet(block, length, index)),
  '#cidrHost':: 'The usable address at an index, from 0. IPv4 also in plain Jsonnet.',
  cidrHost(block, index):: call('cidrHost', [block, index], cidr.cidrHost(block, index)),
  '#cidrSubnets':: 'Blocks with these prefix lengths, one after the other, that do not overlap. IPv4 also in plain Jsonnet.',
  cidrSubnets(block, lengths):: call('cidrSubnets', [block, lengths], cidr.cidrSubnets(block, lengths)),
  '#cidrContains':: 'Whether an address or block lies in the block. IPv4 also in plain Jsonnet.',
  cidrContains(block, inner):: call('cidrContains', [block, inner], cidr.cidrContains(block, inner)),
  '#cidrOverlaps':: 'Whether two blocks share an address. IPv4 also in plain Jsonnet.',
  cidrOverlaps(one, other):: call('cidrOverlaps', [one, other], cidr.cidrOverlaps(one, other)),

  '#md5':: 'The digest of the text, in lower-case hexadecimal. Also in plain Jsonnet.',
  md5(text):: call('md5', [text], std.md5(text)),
  '#sha1':: 'The digest of the text. Also in plain go-jsonnet.',
  sha1(text):: call('sha1', [text], standard('sha1', text)),
  '#sha256':: 'The digest of the text. Also in plain go-jsonnet.',
  sha256(text):: call('sha256', [text], standard('sha256', text)),
  '#sha512':: 'The digest of the text. Also in plain go-jsonnet.',
  sha512(text):: call('sha512', [text], standard('sha512', text)),
  '#uuid5':: 'The name-based UUID, version 5.',
  uuid5(namespace, name):: call('uuid5', [namespace, name], missing('uuid5')),

  '#parseYaml':: 'The value of a YAML 1.2 document.',
  parseYaml(text):: call('parseYaml', [text], missing('parseYaml')),
  '#parseYamlAll':: 'The values of all documents of a YAML 1.2 text.',
  parseYamlAll(text):: call('parseYamlAll', [text], missing('parseYamlAll')),
  '#parseToml':: 'The object of a TOML text.',
  parseToml(text):: call('parseToml', [text], missing('parseToml')),
}
