/** An object of the Kubernetes API, as it is written into a file. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly [member: string]: unknown };
  readonly [member: string]: unknown;
}

/** What selects the pods of a service; it never changes, since a Deployment's selector cannot. */
export function selectorOf(service: string): Record<string, string> {
  return { 'app.kubernetes.io/name': service, 'app.kubernetes.io/part-of': 'millrace' };
}

/** Name and labels of an object that belongs to a service. */
export function metadataOf(service: string): { name: string; labels: Record<string, string> } {
  return { name: service, labels: selectorOf(service) };
}
