{
  parameters: { name: { type: 'string' } },
  variables: { copy: [{ name: 'looped', count: 2, input: 'x' }], early: "[reference('a').x]", fine: "[variables('looped')]" },
  functions: [{ namespace: 'contoso', members: { unique: { parameters: [{ name: 'p', type: 'string' }], output: { type: 'string', value: "[concat(parameters('p'), parameters('name'))]" } } } }],
  resources: [
    {
      type: 'Microsoft.Web/sites',
      apiVersion: '2023-05-01',
      name: 'a',
      properties: {
        syntax: "[concat('a', ]",
        open: "[concat('a)]",
        unknownFunction: "[concta('a')]",
        count: "[equals('a')]",
        parameter: "[concat('x', parameters('nmae'))]",
        variable: "[variables('loped')]",
        user: "[contoso.uniqe('a')]",
        arity: '[contoso.unique()]',
        names: "[resourceId('Microsoft.Web/sites/config', 'a')]",
        escaped: '[[not an expression]',
        fine: "[PARAMETERS('Name')]",
        computed: "[parameters(concat('n', 'ame'))]",
      },
    },
  ],
}
