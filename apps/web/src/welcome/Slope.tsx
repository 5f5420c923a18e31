/** The hull on its way down: ticks along the slope as on a draft scale, every tenth long. Decorative. */
export function Slope() {
  const marks = Array.from({ length: 120 }, (_, index) => ({ index, x: index * 10 + 0.5 }))
  const heightAt = (x: number) => 6 + (x / 1192) * 77.7
  return (
    <svg
      viewBox="0 0 1192 84"
      preserveAspectRatio="xMidYMid slice"
      aria-hidden="true"
      className="-mt-2 block h-[58px] w-full overflow-visible md:-mt-4 md:h-auto"
    >
      <g className="stroke-line-2">
        {marks.map(({ index, x }) => (
          <line key={index} x1={x} x2={x} y1={heightAt(x)} y2={heightAt(x) + (index % 10 === 0 ? 14 : 7)} />
        ))}
      </g>
      <line x1="0" y1="6" x2="1192" y2="83.7" className="stroke-ink-3" />
      <clipPath id="below-the-water">
        <rect x="-120" y="-10" width="240" height="12" />
      </clipPath>
      <g transform="translate(650 48.3) rotate(3.73)">
        <path d="M-50-19v-30" className="stroke-ink" strokeWidth="1.25" />
        <g transform="translate(-49.5 -49)">
          <rect width="21" height="14" className="fill-ground stroke-ink" />
          <path d="M0 0 14 7 0 14z" className="fill-ink" />
        </g>
        <path d={hull} className="fill-surface stroke-ink" strokeWidth="1.25" strokeLinejoin="round" />
        <path d={hull} className="fill-accent" clipPath="url(#below-the-water)" />
        <path d="M76-10v-3M76-15v-2M76-19v-2M-78-10v-3M-78-15v-2" className="stroke-ink" />
      </g>
    </svg>
  )
}

const hull = 'M-92-19C-40-16 40-17 100-27 93-14 84-1 66-1H-70c-14 0-21-7-22-18z'
