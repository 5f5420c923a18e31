import { Gallery } from '#src/gallery/Gallery.tsx'

export default function Page() {
  return <Gallery />
}
