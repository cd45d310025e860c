using Math4AI.Probability.Forecasts;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Kernels.Machines;

/// <summary>
/// Support vector classification: between each two classes the function f(x) = Σ β_i k(x_i, x) + b that minimises ½
/// ‖f‖² + Σ C_i max(0, 1 − y_i f(x_i)), y = ±1, C_i = C times the weight of the class; several classes vote, one
/// against one.
/// </summary>
/// <remarks>
/// The dual optimum is that of LIBSVM's C-SVC. Source: Cortes and Vapnik, Support-vector networks (1995).
/// </remarks>
public sealed record SupportVectorClassifier : SupportVectorSettings
{
    /// <summary>
    /// Gets whether the machine has probabilities. They take <see cref="Folds"/> more fits of each pair, and then the
    /// predicted class is always the most probable one.
    /// </summary>
    public bool HasProbabilities { get; init; }

    /// <summary>Gets the number of parts of the cross-validation that probabilities are fitted by.</summary>
    public int Folds { get; init => field = Setting.AtLeast(value, 2); } = 5;

    /// <summary>Gets the seed of these parts.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>
    /// Gets a factor of C for errors of each class, 1 for a class that is not there; null for none. Probabilities are
    /// then those of samples in which the classes are as frequent as the factors make them.
    /// </summary>
    public IReadOnlyDictionary<int, double>? ClassWeights { get; init; }

    /// <summary>Fits the machine to samples.</summary>
    /// <param name="inputs">X, samples × inputs.</param>
    /// <param name="classes">The class of each sample: any numbers.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="ArgumentException">
    /// The shapes do not belong together, a number is not finite, there is only one class, or a class has one sample
    /// and probabilities are wanted.
    /// </exception>
    public SupportVectorClassifierFit Fit(
        Matrix<double> inputs, IReadOnlyList<int> classes, CancellationToken cancellation = default) =>
        FitPath(inputs, classes, [Penalty], cancellation)[0];

    /// <summary>
    /// Fits one machine at each of several penalties, in their order: each search begins where the one before ended,
    /// and kernel values serve all.
    /// </summary>
    /// <param name="inputs">X, samples × inputs.</param>
    /// <param name="classes">The class of each sample: any numbers.</param>
    /// <param name="penalties">C of each machine, best in ascending order.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="ArgumentException">
    /// The shapes do not belong together, a number is not finite, there is only one class, there is no penalty, or a
    /// class has one sample and probabilities are wanted.
    /// </exception>
    public IReadOnlyList<SupportVectorClassifierFit> FitPath(
        Matrix<double> inputs, IReadOnlyList<int> classes, IReadOnlyList<double> penalties,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(classes);
        MachineSamples samples = Prepare(inputs, penalties);
        int[] names = [.. classes.Distinct().Order()];
        if (classes.Count != samples.Inputs.Count || names.Length < 2)
        {
            throw new ArgumentException(
                $"There are {samples.Inputs.Count} samples, {classes.Count} class labels and {names.Length} classes: a "
                + "label for each sample and at least 2 classes are needed.",
                nameof(classes));
        }

        Pair[] pairs = Pairs(classes, names);
        var machines = new PairMachine[penalties.Count][];
        for (int i = 0; i < machines.Length; i++)
        {
            machines[i] = new PairMachine[pairs.Length];
        }

        // Pairs differ in size: each thread takes the next one, and its share of the memory for rows.
        int parts = Math.Min(Team.Size, pairs.Length), next = -1;
        SupportVectorClassifier each = this with { CacheBytes = CacheBytes / parts };
        Team.Run(parts, _ =>
        {
            for (int at = Interlocked.Increment(ref next); at < pairs.Length; at = Interlocked.Increment(ref next))
            {
                each.FitPair(samples, pairs[at], penalties, (i, fit) => machines[i][at] = fit, cancellation);
            }
        });
        return [.. machines.Select(of => new SupportVectorClassifierFit(samples.Scaling, names, of))];
    }

    /// <summary>The samples of each two classes.</summary>
    private Pair[] Pairs(IReadOnlyList<int> classes, int[] names)
    {
        int[][] members = Members(classes, names);
        var pairs = new List<Pair>();
        for (int first = 0; first < names.Length; first++)
        {
            for (int second = first + 1; second < names.Length; second++)
            {
                int[] rows = [.. members[first].Concat(members[second]).Order()];
                pairs.Add(new Pair(
                    first, second, rows, Array.ConvertAll(rows, row => classes[row] == names[first]),
                    WeightOf(names[first]), WeightOf(names[second])));
            }
        }

        return [.. pairs];
    }

    private void FitPair(
        MachineSamples samples, Pair pair, IReadOnlyList<double> penalties, Action<int, PairMachine> keep,
        CancellationToken cancellation)
    {
        SupportVectorFit[] fits = SolvePair(samples, pair, penalties, cancellation);
        SigmoidCalibration[]? sigmoids = HasProbabilities ? Calibrate(samples, pair, penalties, cancellation) : null;
        for (int i = 0; i < fits.Length; i++)
        {
            keep(i, new PairMachine(pair.First, pair.Second, fits[i], sigmoids?[i]));
        }
    }

    /// <summary>The samples of each class.</summary>
    private int[][] Members(IReadOnlyList<int> classes, int[] names)
    {
        int[][] members =
            [.. names.Select(name => Enumerable.Range(0, classes.Count).Where(i => classes[i] == name).ToArray())];
        int lonely = HasProbabilities ? Array.FindIndex(members, rows => rows.Length < 2) : -1;
        return lonely < 0 ? members : throw new ArgumentException(
            $"Class {names[lonely]} has one sample: probabilities need 2 samples of each class, since they come "
            + "from cross-validation.",
            nameof(classes));
    }

    private double WeightOf(int name)
    {
        double weight = ClassWeights?.GetValueOrDefault(name, 1.0) ?? 1.0;
        Positive.Check(weight, "weight of a class");
        return weight;
    }

    private SupportVectorFit[] SolvePair(
        MachineSamples samples, Pair pair, IReadOnlyList<double> penalties, CancellationToken cancellation) => Solve(
        samples, samples.Inputs.Only(pair.Rows.AsSpan()),
        [.. penalties.Select(penalty => DualProblem.OfClasses(
            pair.IsFirst, pair.FirstWeight * penalty, pair.SecondWeight * penalty))],
        cancellation, pair.Rows);

    /// <summary>
    /// The sigmoid of a pair at each penalty, from decision values of samples that took no part in the fit.
    /// </summary>
    private SigmoidCalibration[] Calibrate(
        MachineSamples samples, Pair pair, IReadOnlyList<double> penalties, CancellationToken cancellation)
    {
        int[] parts = Parts(pair.IsFirst);
        double[][] decisions = [.. penalties.Select(_ => new double[parts.Length])];
        for (int part = 0; part <= parts.Max(); part++)
        {
            int[] kept = [.. Enumerable.Range(0, parts.Length).Where(i => parts[i] != part)];
            int[] left = [.. Enumerable.Range(0, parts.Length).Where(i => parts[i] == part)];
            SupportVectorFit[] fits = SolvePair(samples, pair.Only(kept), penalties, cancellation);
            KernelSamples x = samples.Inputs.Only(Array.ConvertAll(left, i => pair.Rows[i]).AsSpan());
            for (int of = 0; of < fits.Length; of++)
            {
                double[] values = fits[of].Predict(x);
                for (int i = 0; i < left.Length; i++)
                {
                    decisions[of][left[i]] = values[i];
                }
            }
        }

        // Of samples as they are; the odds are those of as many of each class as the weights say.
        double shift = Math.Log(pair.FirstWeight / pair.SecondWeight);
        return [.. decisions.Select(values => SigmoidCalibration.Fit(values, pair.IsFirst)).Select(
            sigmoid => sigmoid with { B = sigmoid.B - shift })];
    }

    /// <summary>The part of each sample, at random, with the same share of both classes in every part.</summary>
    private int[] Parts(bool[] isFirst)
    {
        var generator = new MersenneTwister(Seed, threadSafe: false);
        int[] parts = new int[isFirst.Length];
        int count = Math.Min(Folds, Math.Min(isFirst.Count(value => value), isFirst.Count(value => !value)));
        foreach (bool of in (bool[])[true, false])
        {
            int[] rows = [.. Enumerable.Range(0, isFirst.Length).Where(i => isFirst[i] == of)];
            generator.Shuffle(rows);
            for (int i = 0; i < rows.Length; i++)
            {
                parts[rows[i]] = i % count;
            }
        }

        return parts;
    }

    /// <summary>Two classes, by their places, their samples, by their numbers, and the factors of C of both.</summary>
    private sealed record Pair(
        int First, int Second, int[] Rows, bool[] IsFirst, double FirstWeight, double SecondWeight)
    {
        /// <summary>Some of the samples, by their places.</summary>
        public Pair Only(int[] places) => this with
        {
            Rows = Array.ConvertAll(places, i => Rows[i]),
            IsFirst = Array.ConvertAll(places, i => IsFirst[i]),
        };
    }
}
