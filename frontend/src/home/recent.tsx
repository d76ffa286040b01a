/** The latest movements, as they happen. */
import { IconHistory } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useSpeech, type MessageKey } from '~/i18n'
import { useProductNames } from '~/documents/names'
import { movementsQuery } from '~/products/queries'
import { To } from '~/ui/link'
import { Card, Empty, Failure, Loading } from '~/ui/page'
import { useWarehouseName } from '~/ui/pickers'

export function Recent() {
  const { t, f } = useSpeech()
  const warehouse = useWarehouseName()
  const { data, error, refetch } = useQuery(movementsQuery({ sort: '-occurred_at', per_page: 12 }))
  const named = useProductNames(data?.data.map((it) => it.product_id) ?? [])
  return (
    <Card title={t('home.recent')} side={<To to="/reports/movements">{t('home.all')}</To>}>
      {error ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : !data ? (
        <Loading lines={8} />
      ) : data.data.length === 0 ? (
        <Empty icon={IconHistory} title={t('movement.none')} text={t('home.recent_none')} />
      ) : (
        data.data.map((it) => (
          <div key={it.id} className="line">
            <div className="line-what">
              <div className="truncated">
                <To to={`/products/${it.product_id}`}>{named(it.product_id).name}</To>
              </div>
              <div className="small truncated">
                {t(`movement.${it.movement_type}` as MessageKey)} · {warehouse(it.warehouse_id)} · {f.ago(it.occurred_at)}
              </div>
            </div>
            <div className="line-side figures signed" data-sign={Math.sign(it.quantity)}>
              {f.signed(it.quantity)}
            </div>
          </div>
        ))
      )}
    </Card>
  )
}
