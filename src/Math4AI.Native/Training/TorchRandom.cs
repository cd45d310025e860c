using static TorchSharp.torch;

namespace Math4AI.Training;

/// <summary>
/// Torch's generator, which is one for the whole process: trainings that run at once take turns with it.
/// </summary>
internal static class TorchRandom
{
    private static readonly Lock Gate = new();

    /// <summary>Sets it.</summary>
    public static void Seed(long seed)
    {
        lock (Gate)
        {
            random.manual_seed(seed);
        }
    }

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
