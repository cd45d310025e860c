using System.Globalization;
using Math4AI.Probability.Sampling.Checks;
using Math4AI.Processes;
using Math4AI.Runtime;

namespace Math4AI.Probability.Sampling;

/// <summary>
/// Represents Hamiltonian Monte Carlo by the no-U-turn rule, with the settings that Stan has: multinomial sampling of
/// trajectories, and a warm-up that adapts step size and mass matrix in windows. Every chain has its own random
/// numbers: the same seed gives the same draws, whatever the number of threads. Sources: M. Hoffman and A. Gelman, JMLR
/// 15 (2014); M. Betancourt, arXiv:1701.02434 (2017); B. Carpenter et al., J. Stat. Software 76 (2017).
/// </summary>
public sealed record NutsSampler
{
    private const int FewParameters = 50;

    /// <summary>Gets the number of chains. The default is 4.</summary>
    public int Chains { get; init => field = Setting.AtLeast(value, 1); } = 4;

    /// <summary>Gets the number of steps of each chain's warm-up. The default is 1000.</summary>
    public int Warmup { get; init => field = Setting.AtLeast(value, 0); } = 1000;

    /// <summary>Gets the number of draws of each chain. The default is 1000.</summary>
    public int Draws { get; init => field = Setting.AtLeast(value, 1); } = 1000;

    /// <summary>Gets the seed of the random numbers. The default is 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>
    /// Gets the mean acceptance that the step size is adapted to, between 0 and 1. The default is 0.8; more makes steps
    /// shorter, which avoids divergences.
    /// </summary>
    public double TargetAcceptance { get; init; } = 0.8;

    /// <summary>Gets the largest number of doublings of a trajectory. The default is 10, 1023 steps.</summary>
    public int MaxTreeDepth { get; init => field = Setting.Within(value, 1, 30); } = 10;

    /// <summary>Gets the form of the mass matrix. The default is <see cref="MassMatrix.Auto"/>.</summary>
    public MassMatrix MassMatrix { get; init; } = MassMatrix.Auto;

    /// <summary>
    /// Gets the processes that share the chains, each with the same density: whole chains go to each, and every process
    /// gets all draws, with the bits of one process. The default is this process alone.
    /// </summary>
    public ProcessGroup Processes { get; init; } = ProcessGroup.Single;

    /// <summary>Draws from a density.</summary>
    /// <param name="density">The density.</param>
    /// <param name="start">
    /// About where it lies and how wide it is; null for starts drawn from −2 … 2 of each unconstrained parameter.
    /// </param>
    /// <param name="progress">Receives how far each chain is, a hundred times.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="SamplingStoppedException">It was cancelled, and holds the draws so far.</exception>
    /// <exception cref="ArgumentException">The settings, bounds or start do not make sense.</exception>
    /// <exception cref="InvalidOperationException">
    /// The density is not finite at any start, does not change however long the steps are, or is not continuous; its
    /// gradient is not that of differences; or it is improper: it does not fall along a parameter, or along a straight
    /// line in several, which the message names. Densities of more than 1000 parameters are not tested for these two.
    /// </exception>
    public PosteriorDraws Sample(
        LogDensity density,
        SamplingStart? start = null,
        IProgress<SamplingProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(density);
        Check();
        var space = new SamplingSpace(density, start);
        if (!density.IsTested)
        {
            var ridges = new RidgeCheck(density, space);
            double[][] places = ridges.Places(new ChainRandom(Seed, Chains));
            new GradientCheck(density, space).Require(new ChainRandom(Seed, Chains));
            new DirectionCheck(density).Require([], [.. places.Take(Chains)]);
            ridges.Require(places);
        }

        ChainDraws[] chains = [.. Enumerable.Range(0, Chains).Select(_ => new ChainDraws(space.Count, Draws))];
        int shown = (Chains + Processes.Count - 1) / Processes.Count;
        var counter = new SamplingCounter(progress, shown, Warmup, Draws);
        PosteriorDraws PartOf(ChainDraws[] part) =>
            new(density.Names, part, this with { Draws = part[0].Count }, start);
        double[][] all = Processes.Distribute(Chains, own =>
        {
            var moving = new NutsChain[Chains];
            Action<bool> ReportOf(int i) => ended => counter.Step(i / Processes.Count, ended);
            ForEachChain(own, i =>
            {
                moving[i] = new NutsChain(this, space.ForChain(), new ChainRandom(Seed, i));
                Action<bool> report = ReportOf(i);
                moving[i].WarmUp(() => report(false), cancellation);
            }, cancellation);
            if (!density.IsTested)
            {
                new DirectionCheck(density).Require(
                    [.. own.Select(i => moving[i].Begin)], [.. own.Select(i => moving[i].Parameters())]);
            }

            InRounds(own, chains, 0, Draws, (i, from, to) => moving[i].Draw(
                chains[i], from, to, ReportOf(i), cancellation), Processes.Count == 1 ? PartOf : null, cancellation);
            return Processes.Count == 1 ? [.. own.Select(_ => Array.Empty<double>())]
                : [.. own.Select(i => chains[i].ToNumbers())];
        });
        for (int i = 0; i < Chains && Processes.Count > 1; i++)
        {
            chains[i].SetNumbers(all[i]);
        }

        return new PosteriorDraws(
            density.Names, chains, Processes.Count == 1 ? this : this with { Processes = ProcessGroup.Single }, start);
    }

    /// <summary>Goes on drawing where chains were left: the draws are those of one longer run, bit for bit.</summary>
    /// <param name="density">The same density.</param>
    /// <param name="earlier">The draws so far; their settings are used.</param>
    /// <param name="more">The number of draws of each chain to add.</param>
    /// <param name="progress">Receives how far each chain is with the new draws, a hundred times.</param>
    /// <param name="cancellation">Stops between draws.</param>
    /// <exception cref="SamplingStoppedException">
    /// It was cancelled, and holds the draws so far, the earlier ones among them.
    /// </exception>
    /// <exception cref="ArgumentException">
    /// The density has other parameters than the draws, or is another one.
    /// </exception>
    public static PosteriorDraws Resume(
        LogDensity density,
        PosteriorDraws earlier,
        int more,
        IProgress<SamplingProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(density);
        ArgumentNullException.ThrowIfNull(earlier);
        ArgumentOutOfRangeException.ThrowIfLessThan(more, 1);
        if (!density.Names.SequenceEqual(earlier.Names))
        {
            throw new ArgumentException(
                $"The draws are of {Listed(earlier.Names)}, and the density is of {Listed(density.Names)}: give the "
                + "data and the model that they were made with.", nameof(density));
        }

        NutsSampler settings = earlier.Sampler with { Draws = checked(earlier.Count + more) };
        var space = new SamplingSpace(density, earlier.Start);
        ChainDraws[] chains = [.. earlier.Chains.Select(chain => chain.OfLength(settings.Draws))];
        var counter = new SamplingCounter(progress, chains.Length, 0, more);
        int[] all = [.. Enumerable.Range(0, chains.Length)];
        var moving = new NutsChain[chains.Length];
        ForEachChain(all, i =>
        {
            ChainState state = earlier.Chains[i].State!;
            moving[i] = new NutsChain(settings, space.ForChain(), new ChainRandom(state.Random));
            moving[i].Resume(state);
            RequireSame(moving[i].LogDensity, earlier.Chains[i]);
        }, cancellation);
        InRounds(
            all, chains, earlier.Count, settings.Draws,
            (i, from, to) => moving[i].Draw(chains[i], from, to, ended => counter.Step(i, ended), cancellation),
            part => new PosteriorDraws(density.Names, part, settings with { Draws = part[0].Count }, earlier.Start),
            cancellation);
        return new PosteriorDraws(density.Names, chains, settings, earlier.Start);
    }

    internal bool IsDense(int parameters) =>
        MassMatrix == MassMatrix.Dense || (MassMatrix == MassMatrix.Auto && parameters <= FewParameters);

    /// <summary>
    /// Draws in rounds, after each of which all chains have as many draws. What is stopped in one holds those before.
    /// </summary>
    private static void InRounds(
        IReadOnlyList<int> own, ChainDraws[] chains, int first, int end, Action<int, int, int> draw,
        Func<ChainDraws[], PosteriorDraws>? partOf, CancellationToken cancellation)
    {
        const int Rounds = 20, Least = 25;
        int each = Math.Max(Least, (end - first + Rounds - 1) / Rounds);
        for (int from = first; from < end; from += each)
        {
            int to = Math.Min(end, from + each);
            (ChainState? State, long Gradients)[] left = [.. chains.Select(chain => (chain.State, chain.Gradients))];
            try
            {
                ForEachChain(own, i => draw(i, from, to), cancellation);
            }
            catch (OperationCanceledException) when (from > first && partOf is not null)
            {
                ChainDraws[] part = [.. chains.Select(chain => chain.OfLength(from))];
                for (int i = 0; i < part.Length; i++)
                {
                    (part[i].State, part[i].Gradients) = left[i];
                }

                throw new SamplingStoppedException(partOf(part), cancellation);
            }
        }
    }

    private static void ForEachChain(IReadOnlyList<int> chains, Action<int> run, CancellationToken cancellation)
    {
        var options =
            new ParallelOptions { MaxDegreeOfParallelism = Compute.Threads, CancellationToken = cancellation };
        try
        {
            Parallel.For(0, chains.Count, options, i => run(chains[i]));
        }
        catch (AggregateException failed)
        {
            // Of several chains that failed, the first one's sentence.
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failed.InnerExceptions[0]);
        }
    }

    private static string Listed(IReadOnlyList<string> names)
    {
        const int Most = 8;
        return string.Join(", ", names.Take(Most))
            + (names.Count > Most ? $" … ({names.Count} parameters)" : string.Empty);
    }

    /// <summary>Other data, another model or other priors have another log p where the chain was left.</summary>
    private static void RequireSame(double now, ChainDraws earlier)
    {
        const double Rounding = 1e-9;
        double before = earlier.LogDensity[^1];
        if (!(Math.Abs(now - before) <= Rounding * (1.0 + Math.Abs(before))))
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"The draws are of another density: log p is {now:G6} where they were left, and was {before:G6}. Give "
                + $"the data, model and priors that they were made with."));
        }
    }

    private void Check()
    {
        if (!(TargetAcceptance > 0.0 && TargetAcceptance < 1.0))
        {
            throw new ArgumentException(
                $"The target acceptance is {TargetAcceptance}; it must lie between 0 and 1, such as 0.8.");
        }
    }
}
