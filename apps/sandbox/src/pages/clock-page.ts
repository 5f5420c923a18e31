import { html, page } from './page.ts'

/** The product's time, and a form that moves it. Never back: timers and months must not run twice. */
export function clockPage(now: Date, offsetMilliseconds: number): string {
  const days = (offsetMilliseconds / 86_400_000).toFixed(2)
  return page(
    'Clock',
    html`<p>Slipway's time is <time datetime="${now.toISOString()}"><strong>${now.toUTCString()}</strong></time>,
      ${days} days ahead of this machine's. Timers, months, windows and expiries follow it; sessions, signatures and AWS
      keep real time.</p>
      <form method="post"><label>Move forward to (UTC) <input type="text" name="to" required placeholder="2027-01-02T00:00:00Z"
        value="${now.toISOString().slice(0, 19)}Z"></label><button>Move the clock</button></form>
      <form method="post"><input type="hidden" name="days" value="1"><button>One day on</button></form>
      <form method="post"><input type="hidden" name="to" value="${nextMonth(now).toISOString()}"><button>To the first of next month</button></form>`,
  )
}

function nextMonth(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1, 0, 1))
}
