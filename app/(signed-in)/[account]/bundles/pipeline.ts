// How a pipeline patches a bundle: texts to copy.

export type Snippet = { title: string; text: string };

/** curl, a GitHub Actions step and a GitLab job, with `KEY` as the name of the secret that holds the key. */
export function pipelineSnippets(url: string, account: string, token: string): readonly Snippet[] {
  const query = new URLSearchParams([
    ['account', account],
    ['token', token],
  ]);
  const address = `${url}/api/v1/bundles/patch?${query}`;
  const curl = (key: string, indent: string) =>
    [
      'curl --fail-with-body --data-binary @bundle.tgz \\',
      `  -H "Authorization: Bearer ${key}" -H "Content-Type: application/gzip" \\`,
      `  "${address}" -o bundle.patched.tgz`,
    ].join(`\n${indent}`);
  return [
    { title: 'curl', text: curl('$KEY', '') },
    {
      title: 'GitHub Actions',
      text: [
        '- name: Put the EdgeKV token in',
        '  env:',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is GitHub's own placeholder
        '    KEY: ${{ secrets.TOKEN_DESK_KEY }}',
        '  run: |',
        `    ${curl('$KEY', '    ')}`,
      ].join('\n'),
    },
    {
      title: 'GitLab CI',
      text: [
        'put-edgekv-token-in:',
        '  script:',
        '    - |',
        `      ${curl('$TOKEN_DESK_KEY', '      ')}`,
        '  artifacts:',
        '    paths: [bundle.patched.tgz]',
      ].join('\n'),
    },
  ];
}
