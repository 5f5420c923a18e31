/** The logo: a hull on a slope, in one colour. Decorative: the word stands beside it or in the link's label. */
export function Mark({ className = 'size-[22px]' }: { className?: string }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" className={className}>
      <path
        d="M1.8 5.2 22.4 8.6C21.7 12.6 19.3 15 15.7 14.4L6.6 12.9C3.7 12.4 1.9 9.6 1.8 5.2z"
        fill="currentColor"
      />
      <path d="M2.2 16.4 21.8 20.3" stroke="currentColor" strokeWidth="2.2" strokeLinecap="round" />
    </svg>
  )
}
