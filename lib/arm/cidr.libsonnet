// Arithmetic on IPv4 blocks in plain Jsonnet, for evaluators without armlib's native functions.
// A block is { network, length }: its first address as a number, and the length of its prefix.

local isDigits(text) = text != '' && std.all([c >= '0' && c <= '9' for c in std.stringChars(text)]);

local wrong(cidr) = error '"' + cidr + '" is not an address block like "10.0.0.0/16"';

local sizeOf(length) = std.pow(2, 32 - length);

local addressNumber(cidr, text) =
  local parts = std.split(text, '.');
  local isByte(part) =
    isDigits(part) && std.length(part) <= 3 && (part == '0' || part[0] != '0') && std.parseInt(part) <= 255;
  if std.length(parts) == 4 && std.all([isByte(part) for part in parts]) then
    std.foldl(function(number, part) number * 256 + std.parseInt(part), parts, 0)
  else wrong(cidr);

local addressText(number) =
  local byte(shift) = std.floor(number / shift) - 256 * std.floor(number / (256 * shift));
  std.join('.', ['' + byte(shift) for shift in [16777216, 65536, 256, 1]]);

local block(cidr) =
  local parts = std.split(cidr, '/');
  local count = std.length(parts);
  local length =
    if count == 1 then 32
    else if count == 2 && isDigits(parts[1]) && std.length(parts[1]) <= 3 then std.parseInt(parts[1])
    else wrong(cidr);
  local address = addressNumber(cidr, parts[0]);
  if std.member(cidr, ':') then error 'plain Jsonnet knows IPv4 only, not "' + cidr + '"; armlib knows IPv6 too'
  else if length > 32 then wrong(cidr)
  else { network: std.floor(address / sizeOf(length)) * sizeOf(length), length: length };

local text(block) = addressText(block.network) + '/' + block.length;

// The first and last usable address: the network and broadcast addresses are kept, unless the block is only these.
local usable(block) =
  local last = block.network + sizeOf(block.length) - 1;
  if block.length >= 31 then { first: block.network, last: last } else { first: block.network + 1, last: last - 1 };

local checkLength(block, length) =
  if length < block.length || length > 32 then
    error 'the prefix length must be ' + block.length + ' to 32 in ' + text(block) + ', not ' + length
  else true;

local last(block) = block.network + sizeOf(block.length) - 1;

{
  parseCidr(cidr)::
    local found = block(cidr);
    {
      network: addressText(found.network),
      netmask: addressText(4294967296 - sizeOf(found.length)),
      broadcast: addressText(last(found)),
      firstUsable: addressText(usable(found).first),
      lastUsable: addressText(usable(found).last),
      cidr: found.length,
      size: '' + sizeOf(found.length),
      version: 4,
    },

  cidrSubnet(cidr, length, index)::
    local found = block(cidr);
    local count = std.pow(2, length - found.length);
    if !checkLength(found, length) then null
    else if index < 0 || index >= count then
      error text(found) + ' has ' + count + ' blocks with prefix length ' + length + '; there is no number ' + index
    else text({ network: found.network + index * sizeOf(length), length: length }),

  cidrHost(cidr, index)::
    local found = block(cidr);
    local range = usable(found);
    local count = range.last - range.first + 1;
    if index < 0 || index >= count then
      error text(found) + ' has ' + count + ' usable addresses; there is no number ' + index
    else addressText(range.first + index),

  cidrSubnets(cidr, lengths)::
    local outer = block(cidr);
    local next(found, length) =
      local free = if std.length(found) == 0 then outer.network else last(found[std.length(found) - 1]) + 1;
      local position = std.ceil(free / sizeOf(length)) * sizeOf(length);
      if !checkLength(outer, length) then null
      else if position + sizeOf(length) - 1 > last(outer) then
        error text(outer) + ' has no room left for a block with prefix length ' + length
      else found + [{ network: position, length: length }];
    [text(found) for found in std.foldl(next, lengths, [])],

  cidrContains(cidr, inner)::
    local one = block(cidr), other = block(inner);
    one.network <= other.network && last(other) <= last(one),

  cidrOverlaps(one, other):: self.cidrContains(one, other) || self.cidrContains(other, one),
}
