/** Reports by their addresses. */
import { useParams } from '@tanstack/react-router'
import { NowhereToBe } from '~/shell/root'
import { Accuracy } from './accuracy'
import { Activity } from './activity'
import { AsOf } from './as-of'
import { CountsDue, Low, Movements, Out, Reservations } from './lists'
import { Reorder } from './reorder'
import { Suppliers } from './suppliers'
import { Value } from './value'

const PAGES: Record<string, () => React.JSX.Element> = {
  reorder: Reorder,
  low: Low,
  out: Out,
  value: Value,
  activity: Activity,
  movements: Movements,
  reservations: Reservations,
  'as-of': AsOf,
  'counts-due': CountsDue,
  accuracy: Accuracy,
  suppliers: Suppliers,
}

export function Report() {
  const { report = 'reorder' } = useParams({ strict: false })
  const Shown = PAGES[report]
  return Shown ? <Shown key={report} /> : <NowhereToBe />
}
