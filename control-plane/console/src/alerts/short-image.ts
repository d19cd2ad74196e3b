/** The part of an image reference that tells images apart in a list: last path segment and tag, or seven digits of a digest. */
export function shortImage(image: string): string {
  const name = image.slice(image.lastIndexOf('/') + 1);
  return name.replace(/@(sha\d+):([0-9a-f]{7})[0-9a-f]*$/, '@$2');
}
