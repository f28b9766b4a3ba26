// What grows, and how wet it is: what the application is about.

export interface Bed {
  readonly id: string;
  readonly plant: string;
  readonly place: string;
  /** In percent. */
  readonly moisture: number;
  readonly wateredBy?: string;
}

export function createBeds() {
  const beds = new Map<string, Bed>(
    [
      { id: "tomatoes", plant: "Tomatoes", place: "South wall", moisture: 31 },
      { id: "basil", plant: "Basil", place: "By the door", moisture: 58 },
      { id: "cucumbers", plant: "Cucumbers", place: "Trellis", moisture: 44 },
      { id: "lemon", plant: "Lemon tree", place: "Tub, north end", moisture: 67 },
    ].map((bed) => [bed.id, bed]),
  );
  return {
    all: () => [...beds.values()],
    /** `undefined` where there is no such bed. */
    water(id: string, wateredBy: string): Bed | undefined {
      const bed = beds.get(id);
      if (!bed) return undefined;
      const watered = { ...bed, moisture: Math.min(100, bed.moisture + 12), wateredBy };
      beds.set(id, watered);
      return watered;
    },
  };
}
