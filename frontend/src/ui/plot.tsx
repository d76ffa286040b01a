/** Plots by uPlot, in the colours of the theme; what they show is told in words, too. */
import 'uplot/dist/uPlot.min.css'
import { Box, useComputedColorScheme } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import { useSpeech } from '~/i18n'

export interface Line {
  label: string
  values: (number | null)[]
  color: string
  /** Drawn as steps: the value holds until it changes. */
  steps?: boolean
  bars?: boolean
  dashed?: boolean
  filled?: boolean
  /** Each value is marked: there may be few. */
  points?: boolean
}

interface PlotProps {
  label: string
  /** Seconds since 1970, rising. */
  times: number[]
  lines: Line[]
  height?: number
  format?(value: number): string
  /** The times are noons of UTC days, of which the day alone is told. */
  byDay?: boolean
  /** Moments to mark with a fine line. */
  marks?: { at: number; color: string }[]
  /** How high it reaches at least. */
  top?: number
}

export function Plot({ label, times, lines, height = 260, format, byDay, marks, top = 0 }: PlotProps) {
  const { f, locale } = useSpeech()
  const dark = useComputedColorScheme('light') === 'dark'
  const { ref, width } = useElementSize()
  const holder = useRef<HTMLDivElement>(null)

  useEffect(() => {
    if (!holder.current || width < 40) return
    const quiet = dark ? '#98a5a1' : '#5b6662'
    const faint = dark ? '#26302d' : '#e9edeb'
    const tell = format ?? ((value: number) => f.number(value))
    const axis = { stroke: quiet, grid: { stroke: faint, width: 1 }, ticks: { show: false }, font: "11px 'Inter Variable', sans-serif" }
    const months = new Intl.DateTimeFormat(locale, { month: 'short', day: 'numeric', timeZone: byDay ? 'UTC' : undefined })
    const moments = new Intl.DateTimeFormat(locale, byDay ? { dateStyle: 'medium', timeZone: 'UTC' } : { dateStyle: 'medium', timeStyle: 'short' })
    const plot = new uPlot(
      {
        width,
        height,
        padding: [12, 8, 0, 0],
        cursor: { points: { size: 7 }, drag: { x: true, y: false } },
        legend: { live: true },
        scales: { y: { range: (_, low, high) => [Math.min(0, low), Math.max(top, high <= 0 ? 1 : high * 1.08)] } },
        axes: [
          { ...axis, values: (_, splits) => splits.map((at) => months.format(at * 1_000)), space: 70, size: 34 },
          { ...axis, values: (_, splits) => splits.map(tell), size: 58 },
        ],
        series: [
          { label: '', value: (_, at) => (at === null ? '–' : moments.format(at * 1_000)) },
          ...lines.map((line): uPlot.Series => ({
            label: line.label,
            stroke: line.color,
            width: line.bars ? 0 : 2,
            fill: line.bars ? line.color : line.filled ? `${line.color}22` : undefined,
            dash: line.dashed ? [6, 5] : undefined,
            points: { show: line.points ?? false, size: 7 },
            spanGaps: true,
            paths: line.bars ? uPlot.paths.bars?.({ size: [0.7, 28], radius: 0.2 }) : line.steps ? uPlot.paths.stepped?.({ align: 1 }) : undefined,
            value: (_, value) => (value === null || value === undefined ? '–' : tell(value)),
          })),
        ],
        hooks: {
          // Where nobody points, the legend says the latest.
          ready: [(self) => self.setLegend({ idx: times.length - 1 })],
          setCursor: [(self) => self.cursor.left !== undefined && self.cursor.left < 0 && self.setLegend({ idx: times.length - 1 })],
          drawClear: [
            (self) => {
              for (const mark of marks ?? []) {
                const x = self.valToPos(mark.at, 'x', true)
                if (x < self.bbox.left || x > self.bbox.left + self.bbox.width) continue
                self.ctx.save()
                self.ctx.strokeStyle = mark.color
                self.ctx.setLineDash([3, 4])
                self.ctx.beginPath()
                self.ctx.moveTo(x, self.bbox.top)
                self.ctx.lineTo(x, self.bbox.top + self.bbox.height)
                self.ctx.stroke()
                self.ctx.restore()
              }
            },
          ],
        },
      },
      [times, ...lines.map((line) => line.values)],
      holder.current,
    )
    return () => plot.destroy()
  }, [times, lines, width, height, dark, format, byDay, marks, top, f, locale])

  return (
    <Box ref={ref} role="img" aria-label={label} w="100%" mih={height + 30} fz="xs" className="figures">
      <div ref={holder} />
    </Box>
  )
}

export const PLOT_COLORS = { main: '#1f9d78', second: '#d98b18', third: '#4f83d6', warn: '#d64545' }
