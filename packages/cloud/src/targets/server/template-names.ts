/** The output that names the volume of a disk. */
export function volumeOutput(disk: string): string {
  return `Disk${logical(disk)}Id`
}

/** `my-data` → `MyData`: logical ids have letters and digits only. */
export function logical(name: string): string {
  return name
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('')
}
