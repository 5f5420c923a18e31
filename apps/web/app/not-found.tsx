import { AuthPage } from '#src/auth/AuthPage.tsx'
import { paths } from '#src/paths.ts'
import { ButtonLink } from '#src/ui/Button.tsx'

export default function NotFound() {
  return (
    <AuthPage
      title="There is no such page"
      lead="It does not exist, was deleted, or you may not see it. Check the address, or begin where you were."
    >
      <div className="flex gap-2">
        <ButtonLink href={paths.home()} look="go">
          To your apps
        </ButtonLink>
        <ButtonLink href={paths.welcome()}>To the first page</ButtonLink>
      </div>
    </AuthPage>
  )
}
