/** A link within the app, to an address that is made of parts. */
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

export function To({ to, children, className = 'link' }: { to: string; children: ReactNode; className?: string }) {
  return (
    <Link to={to as '/'} className={className}>
      {children}
    </Link>
  )
}
