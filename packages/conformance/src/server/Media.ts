/**
 * The smallest picture and the smallest sound that are still valid, for the fixtures that send one.
 */

/** A red pixel: PNG, 1 by 1, in base64. */
export const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"

/** A silent WAV without samples: PCM, mono, 8 kHz, 8 bits, in base64. */
export const wav = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA="
