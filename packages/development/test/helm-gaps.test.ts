import { stringify } from 'yaml';
import { edited } from '../src/kubernetes/helm/edits.js';
import { items, optional, value, withActions } from '../src/kubernetes/helm/gaps.js';

it('gaps become actions of a template, in the indentation of their place', () => {
  const object = {
    spec: {
      replicas: optional('.Values.replicas'),
      labels: value('.Values.labels'),
      env: [{ name: 'A' }, items('.Values.env')],
    },
  };
  expect(withActions(stringify(object, { lineWidth: 0 }))).toBe(
    [
      'spec:',
      '  {{- with .Values.replicas }}',
      '  replicas: {{ toJson . }}',
      '  {{- end }}',
      '  labels: {{ .Values.labels | toJson }}',
      '  env:',
      '    - name: A',
      '    {{- with .Values.env }}',
      '{{ toYaml . | indent 4 }}',
      '    {{- end }}',
      '',
    ].join('\n'),
  );
});

it('a gap where its kind cannot be is refused', () => {
  expect(() => withActions(stringify({ list: [optional('.Values.x')] }))).toThrow('cannot be in');
  expect(() => withActions(stringify({ member: items('.Values.x') }))).toThrow('cannot be in');
});

it('only what is there can be edited, and the object itself stays as it was', () => {
  const object = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec: { containers: [{ image: 'a' }] } };
  expect(edited(object, [['spec.containers.0.image', 'b']])).toEqual({
    ...object,
    spec: { containers: [{ image: 'b' }] },
  });
  expect(object.spec.containers[0]?.image).toBe('a');
  expect(() => edited(object, [['spec.volumes.0.name', 'b']])).toThrow('Pod has no volumes');
});
