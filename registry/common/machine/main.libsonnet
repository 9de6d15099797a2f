// What virtual machines and scale sets have in common: system, administrator, image, disk, security.
local interfaces = import 'common/interfaces/main.libsonnet';

{
  part:: {
    local module = self,
    local args = self.arguments,
    local isLinux = args.os == 'Linux',

    parameterMetadata+:: {
      os: { type: 'string', description: 'System', allowedValues: ['Linux', 'Windows'], defaultValue: 'Linux' },
      size: {
        type: 'string',
        description: 'Size of the machine, which must know trusted launch',
        deployTime: true,
        minLength: 1,
        defaultValue: 'Standard_D2s_v5',
        examples: ['Standard_D4s_v5'],
      },
      adminUsername: {
        type: 'string',
        description: 'Name of the administrator',
        deployTime: true,
        minLength: 1,
        maxLength: 64,
        examples: ['azureuser', 'operator'],
      },
      adminPasswordOrKey: {
        type: 'secureString',
        description: 'What the administrator signs in with: the public key of SSH with Linux, the password with Windows',
      },
      subnet: interfaces.parameter.subnet { examples: [interfaces.parameter.exampleSubnet] },
      image: {
        type: 'object',
        description: 'Image to start from: publisher, offer, sku and version, or the id of one of yours, which Azure does not patch',
        properties: {
          publisher: { type: 'string' },
          offer: { type: 'string' },
          sku: { type: 'string' },
          version: { type: 'string' },
          id: { type: 'resourceId' },
        },
        additionalProperties: false,
        validate(image):
          local given = std.objectFields(image);
          if given == ['id'] || given == ['offer', 'publisher', 'sku', 'version'] then true
          else 'give publisher, offer, sku and version, or the id alone',
        defaultValue:
          if isLinux then { publisher: 'Canonical', offer: 'ubuntu-24_04-lts', sku: 'server', version: 'latest' }
          else { publisher: 'MicrosoftWindowsServer', offer: 'WindowsServer', sku: '2025-datacenter-azure-edition', version: 'latest' },
        examples: [{ publisher: 'Debian', offer: 'debian-12', sku: '12-gen2', version: 'latest' }],
      },
      diskType: {
        type: 'string',
        description: 'Speed of the disks',
        allowedValues: ['Premium_LRS', 'Premium_ZRS', 'StandardSSD_LRS', 'StandardSSD_ZRS', 'Standard_LRS'],
        defaultValue: 'Premium_LRS',
      },
      osDiskGb: {
        type: 'int',
        description: 'Gigabytes of the disk of the system; null for those of the image',
        minValue: 4,
        maxValue: 4095,
        nullable: true,
        defaultValue: null,
        examples: [128],
      },
      encryptionAtHost: {
        type: 'bool',
        description: 'Whether caches and temporary disks are encrypted, too; the subscription must have the feature EncryptionAtHost',
        defaultValue: true,
      },
      customData: {
        type: 'string',
        description: 'Text that the machine is given when it is made, for cloud-init; not secret. null for none',
        nullable: true,
        defaultValue: null,
        examples: ['#cloud-config'],
      },
    },

    securityProfile:: {
      securityType: 'TrustedLaunch',
      uefiSettings: { secureBootEnabled: true, vTpmEnabled: true },
      encryptionAtHost: args.encryptionAtHost,
    },

    osDisk:: {
      createOption: 'FromImage',
      caching: 'ReadWrite',
      managedDisk: { storageAccountType: args.diskType },
      [if args.osDiskGb != null then 'diskSizeGB']: args.osDiskGb,
    },

    // Azure patches the images that it knows, and refuses to for others.
    local patches(ofImage) =
      if 'id' in args.image then { patchMode: ofImage, assessmentMode: 'ImageDefault' }
      else { patchMode: 'AutomaticByPlatform', assessmentMode: 'AutomaticByPlatform' },
    osProfile:: {
      adminUsername: args.adminUsername,
      [if args.customData != null then 'customData']: std.base64(args.customData),
    } + (
      if isLinux then {
        linuxConfiguration: {
          disablePasswordAuthentication: true,
          provisionVMAgent: true,
          patchSettings: patches('ImageDefault'),
          ssh: { publicKeys: [{ path: module.keyPath, keyData: args.adminPasswordOrKey }] },
        },
      } else {
        adminPassword: args.adminPasswordOrKey,
        windowsConfiguration: { provisionVMAgent: true, enableAutomaticUpdates: true, patchSettings: patches('AutomaticByOS') },
      }
    ),
    keyPath:: (import 'arm.libsonnet').fn.format('/home/{0}/.ssh/authorized_keys', args.adminUsername),
  },
}
