'use client'
import { useState } from 'react'
import { Button } from '../ui/Button.tsx'
import { Checklist } from '../ui/Checklist.tsx'
import { Command, CommandBlock } from '../ui/Command.tsx'
import { ClockProvider } from '../ui/clock.tsx'
import { DangerDialog } from '../ui/Dialog.tsx'
import { DiffRows } from '../ui/DiffRows.tsx'
import { Empty, LoadingRows, NoData } from '../ui/Empty.tsx'
import { SelectField, SwitchField, TextField } from '../ui/Field.tsx'
import { flagPatterns } from '../ui/flag-pattern.ts'
import { LogView } from '../ui/LogView.tsx'
import { MiddleEllipsis } from '../ui/MiddleEllipsis.tsx'
import { Notice, ProblemNotice } from '../ui/Notice.tsx'
import { Panel, PanelBody } from '../ui/Panel.tsx'
import { PlanColumn } from '../ui/PlanColumn.tsx'
import { Revision } from '../ui/Revision.tsx'
import { PageTitle } from '../ui/Shell.tsx'
import { Pill, State } from '../ui/State.tsx'
import { StepList } from '../ui/StepList.tsx'
import { TankTable } from '../ui/Tanks.tsx'
import { ThemeButton } from '../ui/ThemeButton.tsx'
import { Gauge } from '../ui/Ticks.tsx'

/** Every part of the design system on one sheet, to be looked at while developing. Not in the product. */
export function Gallery() {
  const [isOn, setOn] = useState(true)
  const [isAsking, setAsking] = useState(false)
  return (
    <ClockProvider offsetMilliseconds={0}>
      <main className="px-page py-6">
        <PageTitle title="Gallery" sub="Every part, with sample words" actions={<ThemeButton />} />
        <div className="grid items-start gap-4 lg:grid-cols-2">
          <Panel title="States" sub="Always an icon and a word">
            <PanelBody className="grid gap-3">
              <div className="flex flex-wrap gap-x-4 gap-y-2">
                <State kind="good">Healthy</State>
                <State kind="running">Building</State>
                <State kind="waiting">Waits for a runner</State>
                <State kind="held">Inconclusive</State>
                <State kind="warning">Past due</State>
                <State kind="bad">Failed</State>
                <State kind="going-back">Rolling back</State>
                <State kind="for-you">Waits for you</State>
                <State kind="superseded">Superseded</State>
                <State kind="none">Not started</State>
              </div>
              <div className="flex flex-wrap gap-2">
                <Pill kind="good">Healthy</Pill>
                <Pill kind="running">Deploying</Pill>
                <Pill kind="held">Held</Pill>
                <Pill kind="bad">Failed</Pill>
                <Pill kind="none">Asleep</Pill>
              </div>
              <div className="flex flex-wrap gap-3">
                {flagPatterns.map((_, index) => (
                  <Revision key={flagPatterns[index]} sha={`${index.toString(16)}a${index}e779`} />
                ))}
              </div>
              <Gauge label="Requests" figure="642 of 1,000" share={0.642} />
              <div className="flex flex-wrap gap-2">
                <Button look="go">Deploy</Button>
                <Button>Usual</Button>
                <Button look="danger" onClick={() => setAsking(true)}>
                  Delete…
                </Button>
                <Button look="plain">Plain</Button>
                <Button look="go" busy="Deploying">
                  Deploy
                </Button>
              </div>
              <Button look="go" reason="You are a viewer here. A member may deploy.">
                Deploy
              </Button>
            </PanelBody>
          </Panel>
          <div className="grid gap-4">
            <Notice tone="warn" title="Runs a revision marked bad.">
              It was rolled back elsewhere. Here it is healthy.
            </Notice>
            <ProblemNotice
              problem={{
                what: 'The app did not come up healthy in 60 s.',
                why: 'Nothing listened on PORT 41231.',
                todo: 'Let the app listen on the port in PORT. The release before runs on.',
                details: [
                  'npm start',
                  'Error: Cannot find module ./server.js',
                  '    at node:internal/modules',
                ],
              }}
            />
            <Panel title="For you" isForYou>
              <PanelBody className="grid gap-3">
                <TextField
                  label="Name in Slipway"
                  hint="Small letters, digits and dashes"
                  defaultValue="prod"
                />
                <TextField label="Password" error="At least 12 characters." type="password" />
                <SelectField label="Region">
                  <option>eu-west-1, Ireland</option>
                </SelectField>
                <SwitchField
                  label="Deploy each push by itself"
                  hint="Otherwise each push waits for Deploy"
                  checked={isOn}
                  onChange={setOn}
                />
              </PanelBody>
            </Panel>
          </div>
          <Panel title="Steps" sub="2 min since the push">
            <StepList
              groups={[
                {
                  key: 'b',
                  name: 'Build',
                  place: 'runner, dev',
                  steps: [
                    {
                      key: '1',
                      name: 'Runner',
                      detail: 't4g.medium',
                      state: 'good',
                      stateWord: 'Done',
                      startedAt: '2026-11-25T02:00:00Z',
                      endedAt: '2026-11-25T02:00:21Z',
                      isWaiting: true,
                    },
                    {
                      key: '2',
                      name: 'Build',
                      detail: 'npm ci, npm run build',
                      state: 'good',
                      stateWord: 'Done',
                      startedAt: '2026-11-25T02:00:21Z',
                      endedAt: '2026-11-25T02:01:02Z',
                    },
                  ],
                },
                {
                  key: 'p',
                  name: 'production',
                  steps: [
                    {
                      key: '3',
                      name: 'Deploy',
                      state: 'bad',
                      stateWord: 'Failed',
                      startedAt: '2026-11-25T02:01:02Z',
                      endedAt: '2026-11-25T02:01:42Z',
                    },
                    {
                      key: '4',
                      name: 'Switch',
                      state: 'none',
                      stateWord: 'Not started',
                      startedAt: null,
                      endedAt: null,
                    },
                  ],
                },
              ]}
            />
          </Panel>
          <Panel title="Log">
            <LogView
              label="Build log"
              isLive
              empty="Nothing yet"
              lines={Array.from({ length: 8 }, (_, index) => ({
                key: String(index),
                at: '2026-11-25T02:00:21.123Z',
                text:
                  index % 3
                    ? `\u001b[32mok\u001b[0m line ${index}`
                    : `a longer line of output number ${index} that says something \u001b[31mred\u001b[0m`,
                source: 'web',
                level:
                  index === 5 ? ('slipway' as const) : index === 6 ? ('error' as const) : ('out' as const),
              }))}
            />
          </Panel>
          <Panel title="Live check">
            <Checklist
              checks={[
                {
                  key: '1',
                  state: 'good',
                  title: 'Stack created',
                  detail: 'slipway-connect in 4410-2276-9035',
                  aside: '14:29:41',
                },
                {
                  key: '2',
                  state: 'good',
                  title: 'Refused without the ExternalId',
                  detail: 'AccessDenied, as it must be',
                },
                { key: '3', state: 'running', title: 'Quotas', detail: '6 of 11 read' },
              ]}
            />
          </Panel>
          <Panel title="Changes">
            <DiffRows
              rows={[
                {
                  key: '1',
                  change: 'added',
                  name: <code>RATE_LIMIT</code>,
                  detail: '200',
                  aside: 'slipway.yaml, line 14',
                },
                { key: '2', change: 'changed', name: 'kind', detail: 'server' },
                { key: '3', change: 'removed', name: 'disk' },
              ]}
            />
            <PanelBody className="grid gap-3">
              <CommandBlock
                commands={[
                  'git remote add slipway http://127.0.0.1:4700/git/acme/notes',
                  'git push slipway main',
                ]}
              />
              <Command command="git push slipway main" />
              <MiddleEllipsis text="feature/JIRA-48213-customer-segmentation-with-a-very-long-branch-name" />
            </PanelBody>
          </Panel>
          <Panel title="Plans">
            <div className="grid grid-cols-2 divide-x divide-line">
              <PlanColumn
                name="Usage"
                isYours
                lines={[{ key: 'a', term: '566 h × $0.006', amount: '$3.40' }]}
                total="$3.40"
              />
              <PlanColumn
                name="Seats"
                isYours={false}
                lines={[{ key: 'a', term: '1 seat × $12', amount: '$12.00' }]}
                total="$12.00"
              />
            </div>
          </Panel>
          <div className="grid gap-4">
            <Empty title="No apps" action={<Button look="go">Create an app</Button>}>
              An app is a repository. Create one and push to it.
            </Empty>
            <NoData>No host yet. Charts start with the first request.</NoData>
            <Panel title="Loading">
              <LoadingRows what="apps" />
            </Panel>
          </div>
        </div>
        <Panel title="Awake minutes" className="mt-4">
          <TankTable
            today={24}
            weekends={[1, 7, 8, 14, 15, 21, 22, 28, 29]}
            total={{ sentence: '4,200 minutes × $0.0001', minutes: 4200, cost: '$0.42' }}
            groups={[
              {
                key: 'a',
                name: 'shop',
                minutes: 4200,
                cost: '$0.42',
                rows: [
                  {
                    key: 'w',
                    name: 'web',
                    place: 'production',
                    days: Array.from({ length: 30 }, (_, d) =>
                      d > 23 ? null : d < 3 ? 0 : (d * 130) % 1441,
                    ),
                    minutes: 4200,
                    cost: '$0.42',
                  },
                ],
              },
            ]}
          />
        </Panel>
        <DangerDialog
          isOpen={isAsking}
          onClose={() => setAsking(false)}
          title="Delete shop"
          name="shop"
          action="Delete shop"
          busy={false}
          problem={null}
          onConfirm={() => setAsking(false)}
        >
          <p>This is lost: the disk data.</p>
        </DangerDialog>
      </main>
    </ClockProvider>
  )
}
