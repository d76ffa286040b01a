/** How the app looks: a deep green, warm greys, one typeface, figures of equal width. */
import { createTheme, type MantineColorsTuple } from '@mantine/core'

const pine: MantineColorsTuple = [
  '#e9f8f3', '#d3ede4', '#a6dbc8', '#75c8aa', '#4fb891', '#36ae81', '#1f8f6b', '#0c6b58', '#0a5a4a', '#05483b',
]
const ink: MantineColorsTuple = [
  '#d5dcda', '#b3bdba', '#8f9b98', '#6d7a76', '#44504d', '#35403d', '#232c2a', '#1a2220', '#141a19', '#0d1211',
]
const gray: MantineColorsTuple = [
  '#f7f8f7', '#eff1f0', '#e4e8e6', '#d6dbd9', '#bfc7c4', '#98a29e', '#68736f', '#4b5552', '#333b39', '#1f2624',
]

export const theme = createTheme({
  primaryColor: 'pine',
  primaryShade: 7,
  colors: { pine, dark: ink, gray },
  black: '#16201d',
  fontFamily: "'Inter Variable', system-ui, -apple-system, 'Segoe UI', sans-serif",
  headings: { fontWeight: '640' },
  defaultRadius: 'md',
  cursorType: 'pointer',
  autoContrast: true,
  luminanceThreshold: 0.32,
  respectReducedMotion: true,
  components: {
    Tooltip: { defaultProps: { withArrow: true, openDelay: 300 } },
    // The scrollbar keeps its room (app.css): without that of its own, nothing moves aside.
    Modal: { defaultProps: { centered: false, radius: 'lg', yOffset: '6vh', removeScrollProps: { removeScrollBar: false } } },
    Drawer: { defaultProps: { position: 'right' } },
    NumberInput: { defaultProps: { hideControls: true } },
  },
})
