'use client'
import type { ComponentProps } from 'react'
import { SelectField } from '../ui/Field.tsx'
import { regions } from './regions.ts'

/** Choosing a region by code or by the place it is named after. */
export function RegionField(props: Omit<ComponentProps<typeof SelectField>, 'children'>) {
  return (
    <SelectField {...props}>
      {regions.map(([code, name]) => (
        <option key={code} value={code}>
          {code}, {name}
        </option>
      ))}
    </SelectField>
  )
}
