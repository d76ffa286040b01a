import { Group, Text } from '@mantine/core'

/** The mark and the name. */
export function Brand({ size = 28 }: { size?: number }) {
  return (
    <Group gap={size / 3} wrap="nowrap">
      <img src="/icon.svg" width={size} height={size} alt="" />
      <Text fw={720} fz={size * 0.66} lts="-0.02em">
        Onhand
      </Text>
    </Group>
  )
}
