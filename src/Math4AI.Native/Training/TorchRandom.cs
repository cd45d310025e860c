using Math4AI.Runtime;
using static TorchSharp.torch;

namespace Math4AI.Training;

/// <summary>
/// Torch's generator, which is one for the whole process: trainings that run at once take turns with it.
/// </summary>
internal static class TorchRandom
{
    private const long GoldenRatio = unchecked((long)0x9E3779B97F4A7C15);

    private static readonly Lock Gate = new();

    [ThreadStatic]
    private static long seedOfThread;

    [ThreadStatic]
    private static long drawnByThread;

    /// <summary>Sets it, and begins the thread's own draws anew.</summary>
    public static void Seed(long seed)
    {
        (seedOfThread, drawnByThread) = (seed, 0);
        lock (Gate)
        {
            random.manual_seed(seed);
        }
    }

    /// <summary>
    /// Draws which numbers of a tensor stay when a share of them is left out: 1 or 0 each. It depends on the seed that
    /// the thread has set and on what it has drawn since, and on no training beside it.
    /// </summary>
    public static Tensor Kept(long[] shape, double share) =>
        Drawn(() => HeldScalar.With(share, rand(shape, dtype: ScalarType.Float32).ge));

    /// <summary>Draws a key, from the thread's own seed as <see cref="Kept"/> does.</summary>
    public static ulong Key() => unchecked((ulong)(seedOfThread + ++drawnByThread * GoldenRatio));

    /// <summary>Begins the draws of another thread by a key, so that they are the same in every run.</summary>
    public static void BeginThread(ulong key) => (seedOfThread, drawnByThread) = (unchecked((long)key), 0);

    /// <summary>Draws standard normal numbers, from the thread's own seed as <see cref="Kept"/> does.</summary>
    public static Tensor Normal(long[] shape) => Drawn(() => randn(shape, dtype: ScalarType.Float32));

    /// <summary>
    /// Makes a module whose numbers are read from a file next: what it draws until then disturbs no training.
    /// </summary>
    public static T Unset<T>(Func<T> make) => From(0, make);

    private static Tensor Drawn(Func<Tensor> draw) =>
        From(unchecked(seedOfThread + ++drawnByThread * GoldenRatio), draw);

    /// <summary>Makes something that draws from it, from a seed.</summary>
    public static T From<T>(long seed, Func<T> make)
    {
        lock (Gate)
        {
            random.manual_seed(seed);
            return make();
        }
    }
}
