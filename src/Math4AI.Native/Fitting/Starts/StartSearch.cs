using System.Diagnostics;
using Math4AI.Fitting.Solving;
using Math4AI.Optimization;
using Math4AI.Optimization.Search;
using Math4AI.Processes;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Starts;

/// <summary>
/// Fits without a start. Starts are drawn by Sobol's sequence from where <see cref="StartRanges"/> says that the
/// parameters may be, the parameters that the model is linear in are solved for, and the cost is minimized from the
/// best of them for a few steps, then from the best ends until they converge. More are drawn until the same minimum
/// was reached several times, none lower was found for some rounds, or the starts are used up. Of equally good ends the
/// one with the smaller parameters is taken: among frequencies that samples cannot tell apart, the lowest.
/// </summary>
internal sealed class StartSearch
{
    private const int FirstSteps = 30;
    private const int DrawnForEach = 32;
    private const int StartsOfRound = 16;
    private const int Finalists = 5;
    private const int TimesFound = 4;
    private const int StaleRounds = 4;
    private const double SameCost = 1e-6;
    private const double Exact = 1e-20;
    private const double SameStart = 0.05;
    private const double SmallShare = 1e-2;

    private readonly IFitCost cost;
    private readonly FitProblem problem;
    private readonly FitProblem samples;
    private readonly bool isPart;
    private readonly StartRanges ranges;
    private readonly IFitCost part;
    private readonly int[] linear;
    private readonly int[] searched;
    private readonly Candidates candidates;
    private readonly SobolSequence? sequence;
    private readonly List<(double Score, double[] Theta)> drawn = [];
    private readonly List<double[]> used = [];
    private readonly List<Minimum> ends = [];

    private StartSearch(IFitCost cost, FitProblem problem)
    {
        (this.cost, this.problem) = (cost, problem);
        FitProblem some = StartSamples.Of(problem);
        isPart = some != problem;

        // Whole starts go to the processes, not shares of their samples.
        samples = some with { Processes = ProcessGroup.Single };
        IReadOnlyList<string> names = cost.Unknowns.Names;
        ranges = StartRanges.Of(samples);
        part = samples.Cost();
        int[] free = [.. cost.Unknowns.Free];
        var first = new SobolSequence(Math.Max(1, Math.Min(free.Length, SobolSequence.MaxDimensions)));
        _ = Draw(first, free);
        linear = problem.IsSquares ? LinearParameters.Find(samples, () => Draw(first, free)) : [];
        candidates = new Candidates(samples, linear);
        searched = [.. free.Where(j => !linear.Contains(j) && !problem.Linear.Contains(names[j]))
            .Take(SobolSequence.MaxDimensions)];
        if (searched.Length > 0)
        {
            sequence = new SobolSequence(searched.Length);
            _ = Draw(sequence, searched);
        }
    }

    /// <summary>Finds the least minimum.</summary>
    /// <param name="cost">C.</param>
    /// <param name="problem">The problem.</param>
    /// <param name="starts">The largest number of starts that the cost is minimized from.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <param name="note">A warning if the minimum was reached only once; otherwise null.</param>
    public static Minimum Minimize(
        IFitCost cost, FitProblem problem, int starts, CancellationToken cancellation, out string? note)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(starts, 1);
        var search = new StartSearch(cost, problem);
        Minimum found = search.Run(starts, cancellation);
        note = search.sequence is null || search.Times() > 1
            ? null
            : $"The least minimum was reached from only one of {search.used.Count} starts, so that another may lie "
                + "lower: compare with a start of your own, or give bounds.";
        return found;
    }

    private Minimum Run(int starts, CancellationToken cancellation)
    {
        long began = Stopwatch.GetTimestamp();
        IFitCost few = (samples with { Options = new MinimizerOptions { MaxIterations = FirstSteps } }).Cost();
        double least = double.PositiveInfinity;
        for (int tried = 0, stale = 0; tried < starts && Times() < TimesFound
            && stale < StaleRounds; tried += StartsOfRound)
        {
            RunRound(few, Math.Min(StartsOfRound, starts - tried), cancellation);
            if (sequence is null)
            {
                break;
            }

            double now = ends.Select(end => end.Cost).Append(least).Min();
            stale = IsSame(least, now) && ends.Count > 0 ? stale + 1 : 0;
            least = now;
        }

        Minimum best = Best();
        if (isPart)
        {
            best = cost.Minimize(cost.Unknowns.Completed(best.Parameters.AsArray()), cancellation);
        }

        return best with
        {
            Method = $"multi-start, {best.Method}",
            Seconds = Stopwatch.GetElapsedTime(began).TotalSeconds,
            Iterations = ends.Sum(minimum => minimum.Iterations),
            Evaluations = drawn.Count + ends.Sum(minimum => minimum.Evaluations),
            GradientEvaluations = ends.Sum(minimum => minimum.GradientEvaluations),
        };
    }

    /// <summary>Draws starts, takes a few steps from each of the best, and carries on from the best ends.</summary>
    private void RunRound(IFitCost few, int starts, CancellationToken cancellation)
    {
        Draw(starts * DrawnForEach);
        Minimum[] ofRound = Minimized(few, Best(starts), cancellation);
        Minimum[] best =
            [.. ofRound.Where(end => double.IsFinite(end.Cost)).OrderBy(end => end.Cost).Take(Finalists)];
        var others = new Queue<Minimum>(Minimized(
            part,
            [.. best.Where(end => !end.IsConverged)
                .Select(end => part.Unknowns.Completed(end.Parameters.AsArray()))],
            cancellation));
        ends.AddRange(best.Select(end => end.IsConverged ? end : others.Dequeue()));
    }

    /// <summary>The minima from starts, each found by one process.</summary>
    private Minimum[] Minimized(IFitCost from, List<double[]> starts, CancellationToken cancellation) =>
        problem.Processes.Count == 1
            ? [.. starts.Select(start => from.Minimize(start, cancellation))]
            : [.. problem.Processes.Distribute(starts.Count, i => Numbers(from.Minimize(starts[i], cancellation)))
                .Select(OfNumbers)];

    private static double[] Numbers(Minimum end) =>
    [
        end.Cost, end.GradientNorm, end.IsConverged ? 1.0 : 0.0, end.Iterations, end.Evaluations,
        end.GradientEvaluations, end.Seconds, .. end.Parameters,
    ];

    // The name of the method and why it did not converge stay with the process that found it.
    private Minimum OfNumbers(double[] numbers) => new()
    {
        Method = (problem.Minimizer ?? Minimizer.Auto()).Name,
        Cost = numbers[0],
        GradientNorm = numbers[1],
        Termination = numbers[2] > 0.0 ? Termination.Converged : Termination.NoProgress,
        Iterations = (int)numbers[3],
        Evaluations = (int)numbers[4],
        GradientEvaluations = (int)numbers[5],
        Seconds = numbers[6],
        Parameters = Vector<double>.Build.Dense(numbers[7..]),
    };

    /// <summary>How often the least cost was reached, by runs that converged.</summary>
    private int Times()
    {
        double least = ends.Count == 0 ? 0.0 : ends.Min(end => end.Cost);
        return ends.Count(end => end.IsConverged && IsSame(end.Cost, least));
    }

    private Minimum Best()
    {
        if (ends.Count == 0)
        {
            throw new ArgumentException(
                "The model is not finite at any of the starts that were tried: give a start, or bounds.");
        }

        double least = ends.Min(minimum => minimum.Cost);
        return ends.Where(minimum => IsSame(minimum.Cost, least))
            .OrderBy(minimum => minimum.IsConverged ? 0 : 1)
            .ThenBy(minimum => minimum.Parameters.Sum(value => Math.Log(1.0 + Math.Abs(value))))
            .First();
    }

    /// <summary>Whether a cost is the least one, to what a fit leaves of data without noise.</summary>
    private bool IsSame(double cost, double least) =>
        cost <= least + SameCost * Math.Abs(least) + Exact * candidates.Size;

    private void Draw(int count)
    {
        for (int i = 0; i < count && (sequence is not null || drawn.Count == 0); i++)
        {
            double[] theta = sequence is null ? Typical() : Draw(sequence, searched);
            double score = candidates.Complete(theta);
            MakePossible(theta);
            if (double.IsFinite(score))
            {
                drawn.Add((score, theta));
            }
        }
    }

    /// <summary>
    /// Least squares may give a negative rate, which a distance refuses; positive linear parameters give a positive
    /// one.
    /// </summary>
    private void MakePossible(double[] theta)
    {
        if (problem.Distance.Link is null || double.IsFinite(part.Value(part.Unknowns.Of(theta, 0.0))))
        {
            return;
        }

        double largest = linear.Select(j => Math.Abs(theta[j])).DefaultIfEmpty(1.0).Max();
        foreach (int j in linear)
        {
            theta[j] = Math.Max(theta[j], SmallShare * largest);
        }
    }

    /// <summary>The best starts that were drawn and not used yet, none like another.</summary>
    private List<double[]> Best(int count)
    {
        var best = new List<double[]>();
        foreach ((_, double[] theta) in drawn.OrderBy(each => each.Score))
        {
            if (best.Count < count && !used.Any(other => IsLike(theta, other)))
            {
                best.Add(theta);
                used.Add(theta);
            }
        }

        return best;
    }

    private bool IsLike(double[] theta, double[] other) =>
        searched.All(j => Math.Abs(theta[j] - other[j]) <= SameStart * Math.Abs(other[j]));

    private double[] Draw(SobolSequence from, int[] parameters)
    {
        double[] unit = new double[Math.Min(parameters.Length, SobolSequence.MaxDimensions)];
        double[] theta = Typical();
        if (unit.Length > 0)
        {
            from.Next(unit);
        }

        for (int j = 0; j < unit.Length; j++)
        {
            string name = cost.Unknowns.Names[parameters[j]];
            theta[parameters[j]] = ranges[parameters[j]].At(
                unit[j], problem.Bounds.GetValueOrDefault(name, (double.NegativeInfinity, double.PositiveInfinity)));
        }

        return theta;
    }

    private double[] Typical() => [.. cost.Unknowns.Names.Select(name => problem.Fixed.GetValueOrDefault(name, 1.0))];
}
