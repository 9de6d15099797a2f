local resource(type, name, properties={}, more={}) = { type: type, apiVersion: '2023-05-01', name: name, properties: properties } + more;
local id(type, name) = "[resourceId('%s', '%s')]" % [type, name];
{
  resources: [
    resource('Microsoft.Compute/virtualMachines', 'vm', { nic: { id: id('Microsoft.Network/networkInterfaces', 'nic') }, disks: [{ id: "[variables('disk')]" }] }),
    resource('Microsoft.Network/networkInterfaces', 'nic', { subnet: { id: "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'vnet', 'inline')]" } }),
    resource('Microsoft.Network/virtualNetworks', 'vnet', { subnets: [{ name: 'inline' }] }),
    resource('Microsoft.Network/virtualNetworks/subnets', 'vnet/apps', { nsg: { id: "[concat(resourceGroup().id, '/providers/Microsoft.Network/networkSecurityGroups/nsg')]" } }),
    resource('Microsoft.Network/networkSecurityGroups', 'nsg'),
    resource('Microsoft.Compute/disks', "[format('{0}-disk', parameters('name'))]"),
    resource('Microsoft.Authorization/locks', 'lock', {}, { scope: id('Microsoft.Compute/virtualMachines', 'vm') }),
    resource('Microsoft.Authorization/locks', 'relative', {}, { scope: 'Microsoft.Network/virtualNetworks/vnet' }),
    resource('Microsoft.Web/sites', 'by-name', { a: "[reference('vnet').addressSpace]", b: "[listKeys('sa', '2023-01-01').keys[0].value]" }),
    resource('Microsoft.Storage/storageAccounts', 'sa', {}, { condition: '[equals(1, 1)]' }),
    resource('Microsoft.Web/sites', 'by-state', { a: "[if(true(), reference(resourceId(subscription().subscriptionId, resourceGroup().name, 'Microsoft.Storage/storageAccounts', 'sa')).x, '')]" }),
    resource('Microsoft.Web/sites', 'self', { me: id('Microsoft.Web/sites', 'self'), child: "[resourceId('Microsoft.Web/sites/config', 'self', 'web')]" }),
    resource('Microsoft.Web/sites', 'elsewhere', { a: "[resourceId('other-group', 'Microsoft.Network/virtualNetworks', 'vnet')]", b: "[resourceId('Microsoft.Network/virtualNetworks', parameters('name'))]" }),
    resource('Microsoft.Web/sites', 'redundant', {}, {
      dependsOn: ['VNET', id('Microsoft.Network/virtualNetworks', 'vnet'), id('Microsoft.Network/networkInterfaces', 'nic'), id('Microsoft.Web/sites', 'redundant'), "[resourceId('Microsoft.Storage/storageAccounts', 'sa')]"],
    }),
  ],
  parameters: { name: { type: 'string' } },
  variables: { disk: "[resourceId('Microsoft.Compute/disks', concat(parameters('name'), '-disk'))]" },
}
