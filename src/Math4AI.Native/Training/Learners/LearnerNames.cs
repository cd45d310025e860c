using System.Collections.Concurrent;
using Math4AI.Kernels;
using Math4AI.Training.Learners.Uncertain;

namespace Math4AI.Training.Learners;

/// <summary>The learners that the command knows by name.</summary>
public static class LearnerNames
{
    private static readonly ConcurrentDictionary<string, Func<LearnerSettings, Learner>> Makers =
        new(StringComparer.Ordinal)
        {
            ["auto"] = settings => new AutoLearner
            {
                Seed = settings.Seed,
                MaxTime = settings.MaxTime,
                MaxMemory = settings.MaxMemory,
                Names = settings.Names,
            },
            ["linear"] = settings => new LinearLearner { Seed = settings.Seed },
            ["trees"] = settings => new TreesLearner { Seed = settings.Seed },
            ["network"] = settings => new NetworkLearner
            {
                Seed = settings.Seed,
                Uncertainty = settings.Uncertainty,
            },
            ["svm"] = settings => new SupportVectorLearner { Kernel = settings.Fixed, Seed = settings.Seed },
            ["ridge"] = settings => new RidgeLearner { Kernel = settings.Fixed, Seed = settings.Seed },
            ["gp"] = settings => new ProcessLearner { Kernel = settings.Parsed, Seed = settings.Seed },
            ["robust-gp"] = settings => new ProcessLearner
            {
                Kernel = settings.Parsed,
                Seed = settings.Seed,
                IsRobust = true,
            },
        };

    /// <summary>Gets the names, in alphabetical order.</summary>
    public static IReadOnlyList<string> All => [.. Makers.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Gives a learner of one's own a name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="make">Makes the learner of the settings that the command was given.</param>
    /// <exception cref="ArgumentException">There is a learner of that name.</exception>
    public static void Add(string name, Func<LearnerSettings, Learner> make)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(make);
        if (!Makers.TryAdd(name, make))
        {
            throw new ArgumentException($"There is a learner '{name}' already.", nameof(name));
        }
    }

    /// <summary>Makes the learner of a name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="settings">The settings.</param>
    /// <exception cref="ArgumentException">There is no such learner.</exception>
    public static Learner Make(string name, LearnerSettings settings) =>
        Makers.TryGetValue(name, out Func<LearnerSettings, Learner>? make)
        ? make(settings)
        : throw new ArgumentException(
            $"There is no learner '{name}'; there are: {string.Join(", ", All)}.", nameof(name));
}

/// <summary>What the command line says of a learner.</summary>
/// <param name="Kernel">
/// The formula of the kernel; null for the learner's own choice. <c>rbf</c> without numbers leaves its width open,
/// where the learner can choose it.
/// </param>
/// <param name="Seed">The seed.</param>
/// <exception cref="FormatException">The formula is none of a kernel; thrown where it is asked for.</exception>
public sealed record LearnerSettings(string? Kernel, int Seed)
{
    /// <summary>Gets the time for comparing learners; 5 minutes by default.</summary>
    public TimeSpan MaxTime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Gets the bytes that a learner may ask for in a comparison; null for half of the memory.</summary>
    public long? MaxMemory { get; init; }

    /// <summary>Gets how networks tell how sure they are; by default they do not.</summary>
    public NetworkUncertainty Uncertainty { get; init; }

    /// <summary>Gets the names of the learners to compare, whatever the time; null for all there is time for.</summary>
    public IReadOnlyList<string>? Names { get; init; }

    /// <summary>
    /// Gets the kernel with the numbers that the formula has, or the usual ones; null without a formula.
    /// </summary>
    public Kernel? Parsed => Kernel is null ? null : Kernels.Kernel.Parse(Kernel);

    /// <summary>Gets the kernel where all of its numbers are settled; null where a width is to be chosen.</summary>
    public Kernel? Fixed => Kernel?.Trim() == "rbf" ? null : Parsed;
}
