'use client'
import { useState } from 'react'
import { useSession } from '../auth/session.ts'
import { useReason } from '../organisation/organisation.tsx'
import { Button } from '../ui/Button.tsx'
import { SelectField } from '../ui/Field.tsx'
import { Cell, HeadCell, Table, TableRow } from '../ui/Table.tsx'
import { Time } from '../ui/Time.tsx'
import { ChangeRole } from './ChangeRole.tsx'
import { EndMembership } from './EndMembership.tsx'
import type { Member, Role } from './member-words.ts'

/** Members with what may be done to each; what may not says why. */
export function MemberTable({ members }: { members: Member[] }) {
  const session = useSession()
  const [changing, setChanging] = useState<{ member: Member; role: Role } | null>(null)
  const [ending, setEnding] = useState<Member | null>(null)
  const ownId = session.data?.user.id
  return (
    <>
      <Table
        label="Members"
        head={
          <>
            <HeadCell>Name</HeadCell>
            <HeadCell hideNarrow>Since</HeadCell>
            <HeadCell>Role</HeadCell>
            <HeadCell isRight>
              <span className="sr-only">End the membership</span>
            </HeadCell>
          </>
        }
      >
        {members.map((member) => (
          <Row
            key={member.userId}
            member={member}
            isOwn={member.userId === ownId}
            onRole={(role) => setChanging({ member, role })}
            onEnd={() => setEnding(member)}
          />
        ))}
      </Table>
      {changing ? <ChangeRole {...changing} onClose={() => setChanging(null)} /> : null}
      {ending ? (
        <EndMembership member={ending} isOwn={ending.userId === ownId} onClose={() => setEnding(null)} />
      ) : null}
    </>
  )
}

function Row({
  member,
  isOwn,
  onRole,
  onEnd,
}: {
  member: Member
  isOwn: boolean
  onRole: (role: Role) => void
  onEnd: () => void
}) {
  const reason = useReason('members.change')
  const others = member.roles.filter(({ role }) => role !== member.role)
  const whyFixed = others.every(({ whyNot }) => whyNot) ? (others[0]?.whyNot ?? undefined) : undefined
  const whyNotEnd = (isOwn ? undefined : reason) ?? member.whyNotRemove ?? undefined
  return (
    <TableRow>
      <Cell className="[overflow-wrap:anywhere]">
        <b className="block font-medium">
          {member.name}
          {isOwn ? <span className="font-normal text-ink-3"> (you)</span> : null}
        </b>
        <span className="text-12 text-ink-3">{member.email}</span>
      </Cell>
      <Cell hideNarrow className="text-ink-3">
        <Time at={member.since} />
      </Cell>
      <Cell>
        {(reason ?? whyFixed) ? (
          <span className="grid max-md:max-w-[128px]">
            {member.role}
            <span className={reason ? 'sr-only' : 'text-12 text-ink-3'}>{reason ?? whyFixed}</span>
          </span>
        ) : (
          <SelectField
            label={`Role of ${member.name}`}
            isLabelHidden
            className="w-[112px]"
            value={member.role}
            onChange={(event) => {
              const chosen = member.roles.find(({ role }) => role === event.target.value)
              if (chosen) onRole(chosen.role)
            }}
          >
            {member.roles.map(({ role, whyNot }) => (
              <option key={role} value={role} disabled={whyNot !== null} title={whyNot ?? undefined}>
                {role}
              </option>
            ))}
          </SelectField>
        )}
      </Cell>
      <Cell isRight>
        <Button
          size="small"
          look="danger"
          aria-label={isOwn ? 'Leave the organisation' : `Remove ${member.name}`}
          reason={whyNotEnd}
          reasonHidden
          onClick={onEnd}
        >
          {isOwn ? 'Leave' : 'Remove'}
        </Button>
      </Cell>
    </TableRow>
  )
}
