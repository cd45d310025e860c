using Math4AI.Data.Tables;
using Math4AI.Fitting;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Kernels.GaussianProcesses;

/// <summary>
/// A law and what it misses: <c>y ~ a*x + gp(x, t)</c> is a function of columns and parameters, plus a Gaussian process
/// of columns, plus noise. Everything is estimated at once: what <c>math4ai fit</c> does with such a formula.
/// </summary>
public sealed record FormulaProcess
{
    // Beyond this many samples, the search for hyperparameters of the exact process takes minutes.
    private const int MaxExactSamples = 4000;

    // Several starts of the search where each takes seconds.
    private const int MaxSamplesOfStarts = 1000;

    /// <summary>Gets the formula.</summary>
    public required string Formula { get; init; }

    /// <summary>
    /// Gets the law without the process, over the columns of both: its model is the mean of the process.
    /// </summary>
    public required FitProblem Law { get; init; }

    /// <summary>Gets the columns that the process takes.</summary>
    public required IReadOnlyList<string> Columns { get; init; }

    /// <summary>
    /// Gets the kernel over <see cref="Columns"/> where the search begins; null for Matérn 5/2 with a length scale for
    /// each, from those of several at which the data are most probable.
    /// </summary>
    public Kernel? Kernel { get; init; }

    /// <summary>Gets where the parameters of the law begin, by name; null to fit the law alone first.</summary>
    public IReadOnlyDictionary<string, double>? Start { get; init; }

    /// <summary>Gets the number of inducing points, which are used for more than 4000 samples.</summary>
    public int InducingCount { get; init => field = Setting.AtLeast(value, 1); } = 1000;

    /// <summary>Gets the seed of what is random.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Tells whether a formula has a Gaussian process, <c>gp(…)</c>, as a term.</summary>
    /// <param name="formula">The formula.</param>
    public static bool IsProcess(string formula)
    {
        ArgumentNullException.ThrowIfNull(formula);
        return ProcessTerm.IsIn(formula);
    }

    /// <summary>Reads the columns of a formula from a table.</summary>
    /// <param name="path">A file of any format that holds a table.</param>
    /// <param name="formula">
    /// The formula, response ~ function + gp(columns): names that are not columns are parameters.
    /// </param>
    /// <param name="errors">The errors of measurement: σ of the response alone, as expressions of columns.</param>
    /// <param name="options">How missing values, dates and separators are read; null for the defaults.</param>
    /// <param name="where">A condition on the columns; null for all rows.</param>
    /// <exception cref="FormatException">The formula cannot be read.</exception>
    /// <exception cref="ArgumentException">
    /// The process takes what is no column, there are several responses, one explains itself, or errors other than σ
    /// are given.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read; the message says where.</exception>
    public static FormulaProcess Read(
        string path, string formula, MeasurementErrors? errors = null, NumberTableOptions? options = null,
        string? where = null)
    {
        ProcessTerm term = ProcessTerm.Of(formula);
        if (errors is { Weights: not null } or { InputSigma.Count: > 0 } or { Sigma: not null, IsSigmaAbsolute: false })
        {
            throw new ArgumentException(
                "A Gaussian process takes σ of the response in its own unit: weights, errors of columns and relative σ "
                + "do not go with gp(…).");
        }

        FitProblem law = ReadLaw(term, path, formula, errors ?? new MeasurementErrors(), options, where);
        string? unknown = term.Columns.FirstOrDefault(column => !law.Model.InputNames.Contains(column));
        if (unknown is not null)
        {
            throw new ArgumentException(
                $"gp(…) takes columns, and '{unknown}' is none of {path}: write the law's parameters outside of it.");
        }

        return law.Model.Outputs == 1
            ? new FormulaProcess { Formula = formula, Law = law, Columns = term.Columns }
            : throw new ArgumentException("A Gaussian process has one response: fit several ones apart.");
    }

    /// <summary>Reads the law; what is said of it quotes the formula as it was written.</summary>
    private static FitProblem ReadLaw(
        ProcessTerm term, string path, string formula, MeasurementErrors errors, NumberTableOptions? options,
        string? where)
    {
        try
        {
            return FitProblem.Read(path, Fitting.Formulas.Formula.Parse(term.Law), errors, options, where);
        }
        catch (ArgumentException e) when (e.Message.Contains(
            $"'{term.Law}' has no parameters", StringComparison.Ordinal))
        {
            throw new ArgumentException(
                $"The law of '{formula}' has no parameter to fit: write one for its constant, as in "
                + $"{formula.Split('~')[0].Trim()} ~ level + gp({string.Join(", ", term.Columns)}).", e);
        }
    }

    /// <summary>Fits the law, the kernel and the noise.</summary>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="ArgumentException">
    /// The law is not finite at its start, a start is missing, the response is constant, or the square of a number that
    /// the process takes overflows.
    /// </exception>
    /// <exception cref="ArithmeticException">The covariance is not positive definite at the start.</exception>
    public FormulaProcessFit Fit(CancellationToken cancellation = default)
    {
        int[] places = [.. Columns.Select(column => Law.Model.InputNames.ToList().IndexOf(column))];
        RequireUsable(places);
        Vector<double> start = Start is null
            ? Law.Fit(cancellation: cancellation).Parameters
            : Vector<double>.Build.DenseOfEnumerable(Law.Model.ParameterNames.Select(ValueOf));
        (FitProblem law, start) = ProcessLevel.AddTo(Law, start, Start is not null, cancellation);
        return (this with { Law = law }).FitFrom(places, start, cancellation);
    }

    private FormulaProcessFit FitFrom(int[] places, Vector<double> start, CancellationToken cancellation)
    {
        Matrix<double> x = Law.Inputs!;
        Vector<double> y = Law.Targets!.Values;
        Vector<double>? variances = Law.Sigma?.PointwisePower(2.0);
        (Kernel chosen, double noise) = Begin(places, start);
        if (x.RowCount > MaxExactSamples)
        {
            return new FormulaProcessFit(this, new SparseGaussianProcess
            {
                Kernel = chosen,
                NoiseVariance = noise,
                Mean = Law.Model,
                MeanStart = start,
                Seed = Seed,
                InducingCount = InducingCount,
            }.Fit(x, y, variances, cancellation));
        }

        return new FormulaProcessFit(this, new GaussianProcess
        {
            Kernel = chosen,
            NoiseVariance = noise,
            Mean = Law.Model,
            MeanStart = start,
            Seed = Seed,
            Starts = x.RowCount > MaxSamplesOfStarts ? 1 : 3,
        }.Fit(x, y, variances, cancellation));
    }

    /// <summary>
    /// Where the search begins: of some length scales, and of much noise or little, those at which the data are most
    /// probable. From length scales as wide as the data alone, a season in them would be taken for noise.
    /// </summary>
    private (Kernel Kernel, double Noise) Begin(int[] places, Vector<double> start)
    {
        const double Step = 3.0;
        const int Steps = 5;
        double usual = new GaussianProcess().NoiseVariance;
        Kernel Of(Kernel kernel) =>
            places.SequenceEqual(Enumerable.Range(0, Law.Model.InputNames.Count)) ? kernel : kernel.On(places);
        if (Kernel is { } given)
        {
            return (Of(given), usual);
        }

        Func<Kernel, double, double> evidence = EvidenceOfSome(start);
        return Enumerable.Range(0, Steps).SelectMany(step =>
        {
            double[] scales = [.. Enumerable.Repeat(Math.Pow(Step, -step), places.Length)];
            Kernel kernel = Of(1.0 * Kernels.Kernel.Matern52(scales));
            return new[] { (kernel, usual), (kernel, 0.1 * usual) };
        }).MaxBy(at => evidence(at.Item1, at.Item2));
    }

    /// <summary>The log evidence of a kernel and noise, of a part of the rows at random where there are many.</summary>
    private Func<Kernel, double, double> EvidenceOfSome(Vector<double> start)
    {
        Matrix<double> x = Law.Inputs!;
        int[] rows = [.. Enumerable.Range(0, x.RowCount)];
        new Random(Seed).Shuffle(rows);
        rows = [.. rows.Take(MaxSamplesOfStarts).Order()];
        Matrix<double> some = Matrix<double>.Build.Dense(rows.Length, x.ColumnCount, (i, j) => x[rows[i], j]);
        Vector<double> Picked(Vector<double> values) => Vector<double>.Build.Dense(rows.Length, i => values[rows[i]]);
        Vector<double> targets = Picked(Law.Targets!.Values);
        Vector<double>? variances = Law.Sigma is { } sigma ? Picked(sigma.PointwisePower(2.0)) : null;
        return (kernel, noise) =>
        {
            try
            {
                return new GaussianProcess
                {
                    Kernel = kernel,
                    NoiseVariance = noise,
                    Mean = Law.Model,
                    MeanStart = start,
                    Optimize = false,
                }.Fit(some, targets, variances).LogEvidence;
            }
            catch (ArithmeticException)
            {
                return double.NegativeInfinity;
            }
        };
    }

    /// <summary>
    /// A response that varies; and beside a number whose square overflows all others of its column are the same to a
    /// kernel.
    /// </summary>
    private void RequireUsable(int[] places)
    {
        Vector<double> y = Law.Targets!.Values;
        if (y.All(value => value == y[0]))
        {
            throw new ArgumentException(
                $"The response {Formula.Split('~')[0].Trim()} is constant, {y[0]:G6} in every row: there is nothing to "
                + "fit.");
        }

        foreach (int place in places)
        {
            double[] values = Law.Inputs!.Column(place).ToArray();
            int bad = Array.FindIndex(values, value => !double.IsFinite(value * value));
            if (bad >= 0)
            {
                throw new ArgumentException(
                    $"Column '{Law.Model.InputNames[place]}', row {bad + 1} of those to fit: {values[bad]} is so large "
                    + "that its square overflows: correct it, divide the column by a power of 10, or leave it out of "
                    + "gp(…).");
            }
        }
    }

    private double ValueOf(string parameter) => Start!.TryGetValue(parameter, out double value)
        ? value
        : throw new ArgumentException(
            $"The start has no value for '{parameter}'; the parameters are "
            + $"{string.Join(", ", Law.Model.ParameterNames)}.");
}
