/** The numbers of a metrics page by name with labels. */
export async function metricsOf(url: string, token?: string): Promise<Map<string, number>> {
  const response = await fetch(url, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  const lines = (await response.text()).matchAll(/^(\w+(?:\{[^}]*\})?) (\S+)$/gm);
  return new Map([...lines].map(([, name, value]) => [name as string, Number(value)]));
}
