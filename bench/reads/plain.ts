import pg from 'pg'
import type { Read } from './asks.ts'

/**
 * The rows behind each read as `pg` alone gets them: by a role that sees every tenant, in statements of our own that
 * join as much as they can, with nobody asked who they are. What the api adds to this is what it costs.
 */
const statements: Record<Read, string[]> = {
  'apps.list': [
    `select app.*, to_json(account.*) as account, to_json(environment.*) as environment, service.services, host.hosts,
        release.number, live.sha, live.message, live.author, last.sha, last.message, last.author, last.pushed_at, last.number, last.status
      from app
      join cloud_account as account on account.id = app.cloud_account_id
      join environment on environment.app_id = app.id and environment.deleted_at is null
      left join lateral (select json_agg(service.*) as services from service where environment_id = environment.id and removed_at is null) as service on true
      left join lateral (select json_agg(host.*) as hosts from host where environment_id = environment.id) as host on true
      left join release on release.id = environment.live_release_id
      left join revision as live on live.id = release.revision_id
      left join lateral (
        select revision.sha, revision.message, revision.author, revision.pushed_at, execution.number, execution.status
        from revision left join execution on execution.app_id = app.id and execution.revision_id = revision.id
        where revision.app_id = app.id order by position desc limit 1
      ) as last on true
      where app.organisation_id = $1 and app.deleted_at is null order by app.name`,
  ],
  'executions.list': [
    `select execution.*, revision.sha, revision.message, revision.author
      from app join execution on execution.app_id = app.id join revision on revision.id = execution.revision_id
      where app.organisation_id = $1 and app.name = $2 order by execution.number desc limit 31`,
  ],
  'executions.get': [
    `select execution.*, revision.*, event.events, step.steps, deployment.deployments
      from app join execution on execution.app_id = app.id join revision on revision.id = execution.revision_id
      left join lateral (select json_agg(event.* order by sequence) as events from execution_event as event
        where event.organisation_id = $1 and execution_id = execution.id) as event on true
      left join lateral (select json_agg(step.* order by path, position) as steps from deployment_step as step
        where step.organisation_id = $1 and execution_id = execution.id) as step on true
      left join lateral (select json_agg(deployment.*) as deployments from deployment
        where environment_id in (select id from environment where app_id = app.id) and execution_id = execution.id) as deployment on true
      where app.organisation_id = $1 and app.name = $2 and execution.number = $3`,
  ],
  'commits.list': [
    `select revision.*, execution.*
      from app join revision on revision.app_id = app.id left join execution on execution.app_id = app.id and execution.revision_id = revision.id
      where app.organisation_id = $1 and app.name = $2 order by position desc limit 41`,
  ],
  'environments.get': [
    `select environment.*, to_json(account.*) as account, service.services, host.hosts, release.number, revision.sha, revision.message
      from app join environment on environment.app_id = app.id join cloud_account as account on account.id = environment.cloud_account_id
      left join lateral (select json_agg(service.*) as services from service where environment_id = environment.id and removed_at is null) as service on true
      left join lateral (select json_agg(host.*) as hosts from host where environment_id = environment.id) as host on true
      left join release on release.id = environment.live_release_id
      left join revision on revision.id = release.revision_id
      where app.organisation_id = $1 and app.name = $2 and environment.name = 'production'`,
  ],
  'bill.get': [
    `select service_id, encode(string_agg(masks, '' order by day), 'base64') as days
      from service_day where organisation_id = $1 and day >= current_date - 31 group by service_id`,
    `select service.*, environment.name, app.name from service join environment on environment.id = service.environment_id
      join app on app.id = environment.app_id where service.organisation_id = $1`,
    'select user_id, since, until from member where organisation_id = $1',
  ],
}

/** Reads as the api is asked to, by `pg` with as many connections as the api has. */
export function plainReader(connectionString: string): {
  read(what: Read, organisationId: string, app: string, number: number): Promise<void>
  close(): Promise<void>
} {
  const pool = new pg.Pool({ connectionString, max: 10 })
  return {
    async read(what, organisationId, app, number) {
      const values = [organisationId, app, number]
      for (const text of statements[what]) {
        const { rows } = await pool.query(text, values.slice(0, parametersOf(text)))
        JSON.stringify(rows, (_, value) => (typeof value === 'bigint' ? String(value) : value))
      }
    },
    close: () => pool.end(),
  }
}

function parametersOf(text: string): number {
  return Math.max(...[...text.matchAll(/\$(\d)/g)].map(([, digit]) => Number(digit)))
}
