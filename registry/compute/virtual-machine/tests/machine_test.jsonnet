local machine = 'Microsoft.Compute/virtualMachines/vm';
local base = { name: 'vm', subnet: '/subscriptions/s/subnet' };

{
  cases: {
    'starts what is signed, encrypts all, and takes no passwords': {
      parameters: base,
      resources: {
        [machine]: {
          identity: { type: 'SystemAssigned' },
          zones: null,
          properties: {
            hardwareProfile: { vmSize: "[parameters('size')]" },
            securityProfile: {
              securityType: 'TrustedLaunch',
              encryptionAtHost: true,
              uefiSettings: { secureBootEnabled: true, vTpmEnabled: true },
            },
            osProfile: {
              adminUsername: "[parameters('adminUsername')]",
              adminPassword: null,
              linuxConfiguration: {
                disablePasswordAuthentication: true,
                ssh: { publicKeys: [{ keyData: "[parameters('adminPasswordOrKey')]" }] },
              },
            },
            networkProfile: {
              networkInterfaces: [{ id: "[resourceId('Microsoft.Network/networkInterfaces', 'vm-nic')]" }],
            },
          },
        },
        [machine + '/extensions/AADSSHLoginForLinux']: {},
        'Microsoft.Network/networkInterfaces/vm-nic': {
          properties: { ipConfigurations: [{ properties: { publicIPAddress: null, subnet: { id: '/subscriptions/s/subnet' } } }] },
        },
      },
    },
    'runs Windows': {
      parameters: base { os: 'Windows', entraLogin: false },
      resources: {
        [machine]: {
          properties: {
            storageProfile: { imageReference: { publisher: 'MicrosoftWindowsServer' } },
            osProfile: { adminPassword: "[parameters('adminPasswordOrKey')]", linuxConfiguration: null },
          },
        },
        [machine + '/extensions/*']: null,
      },
    },
    'lets users of Entra ID sign in to Windows': {
      parameters: base { os: 'Windows' },
      resources: { [machine + '/extensions/AADLoginForWindows']: { properties: { typeHandlerVersion: '2.0' } } },
    },
    'has disks that outlive it, in its zone': {
      parameters: base { zone: '2', dataDisks: [64, 128], diskType: 'StandardSSD_LRS' },
      resources: {
        'Microsoft.Compute/disks/vm-data2': {
          zones: ['2'],
          sku: { name: 'StandardSSD_LRS' },
          properties: { diskSizeGB: 128, networkAccessPolicy: 'DenyAll', publicNetworkAccess: 'Disabled' },
        },
        [machine]: {
          zones: ['2'],
          properties: {
            storageProfile: {
              dataDisks: [{ lun: 0, deleteOption: 'Detach' }, { lun: 1, managedDisk: { id: "[resourceId('Microsoft.Compute/disks', 'vm-data2')]" } }],
            },
          },
        },
      },
    },
    'is given a text when it is made': {
      parameters: base { customData: '#cloud-config', image: { id: '/subscriptions/s/image' }, osDiskGb: 64 },
      resources: {
        [machine]: {
          properties: {
            osProfile: { customData: 'I2Nsb3VkLWNvbmZpZw==' },
            storageProfile: { imageReference: { id: '/subscriptions/s/image' }, osDisk: { diskSizeGB: 64 } },
          },
        },
      },
    },
    'refuses a zone that there is not': {
      parameters: base { zone: '4' },
      errors: ["parameter 'zone'"],
    },
    'has disks that stand in zones by themselves': {
      parameters: base { zone: '1', diskType: 'Premium_ZRS', dataDisks: [64] },
      resources: {
        'Microsoft.Compute/disks/vm-data1': { zones: null, sku: { name: 'Premium_ZRS' } },
        'Microsoft.Compute/virtualMachines/vm': { zones: ['1'] },
      },
    },
    'puts disks into the zone of the machine': {
      parameters: base { zone: '1', dataDisks: [64] },
      resources: { 'Microsoft.Compute/disks/vm-data1': { zones: ['1'] } },
    },
    'refuses a name that Windows does not know': {
      parameters: base { name: 'vm-with-a-long-name', os: 'Windows' },
      errors: ['15 characters at most'],
    },
    'lets users of Entra ID in only with an identity of its own': {
      parameters: base { managedIdentities: { systemAssigned: false } },
      resources: { [machine]: { identity: null }, [machine + '/extensions/*']: null },
    },
    'refuses users of Entra ID without an identity of its own': {
      parameters: base { managedIdentities: { systemAssigned: false }, entraLogin: true },
      errors: ['needs a system-assigned identity'],
    },
    'patches images of Azure by itself, and others not': {
      parameters: base { os: 'Windows', image: { id: '/subscriptions/s/image' } },
      resources: {
        [machine]: {
          properties: { osProfile: { windowsConfiguration: { enableAutomaticUpdates: true, patchSettings: { patchMode: 'AutomaticByOS', assessmentMode: 'ImageDefault' } } } },
        },
      },
    },
    'leaves patches of an image of yours to it': {
      parameters: base { image: { id: '/subscriptions/s/image' } },
      resources: {
        [machine]: {
          properties: { osProfile: { linuxConfiguration: { patchSettings: { patchMode: 'ImageDefault', assessmentMode: 'ImageDefault' } } } },
        },
      },
    },
    'refuses half an image': {
      parameters: base { image: { publisher: 'Debian', offer: 'debian-12' } },
      errors: ['give publisher, offer, sku and version'],
    },
  },
  random: { 'compiles with all that its parameters allow': {} },
}
