/** Work going on; it turns only where motion is welcome. Never without a word beside it. */
export function Ring({ className = 'size-3.5' }: { className?: string }) {
  return (
    <svg
      viewBox="0 0 16 16"
      aria-hidden="true"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      className={className}
    >
      <circle cx="8" cy="8" r="6.25" opacity=".28" />
      <path className="ring-turns" d="M8 1.75A6.25 6.25 0 0 1 14.25 8" />
    </svg>
  )
}
