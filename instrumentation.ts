// Next calls this once when the server starts, and not when it is built.

export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME === 'nodejs') {
    const { boot } = await import('./lib/services/boot');
    await boot(process.env.NODE_ENV === 'production');
  }
}
