import { Welcome } from '#src/welcome/Welcome.tsx'

export default function Page() {
  return <Welcome />
}
