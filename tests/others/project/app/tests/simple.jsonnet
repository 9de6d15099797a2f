(import '../../network/Net/module.libsonnet') { parameters:: { name: 'funky', addressPrefix: '10.1.0.0/16' } }
