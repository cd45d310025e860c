using System.Globalization;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using Math4AI.Data.Tables;
using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Formulas;
using Math4AI.Fitting.Models;
using Math4AI.Fitting.Samples;
using Math4AI.Fitting.Solving;
using Math4AI.Fitting.Starts;
using Math4AI.Optimization;
using Math4AI.Processes;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting;

/// <summary>
/// The problem θ* = argmin C(θ), C(θ) = Σ w_i d(f(x_i, θ), y_i) − Σ log p_j(θ_j), with a model f, a distance d, and
/// bounds and priors of θ. The samples are in memory, as <see cref="Inputs"/> and <see cref="Targets"/>, or are read in
/// blocks from a <see cref="Source"/>; both give the same kind of result.
/// </summary>
public sealed record FitProblem
{
    /// <summary>Gets the model f.</summary>
    public required Model Model { get; init; }

    /// <summary>Gets the inputs x, samples × inputs; null if the samples come from a <see cref="Source"/>.</summary>
    public Matrix<double>? Inputs { get; init; }

    /// <summary>
    /// Gets the targets y, one number or one row for each sample; null if the samples come from a <see cref="Source"/>.
    /// </summary>
    public FitTargets? Targets { get; init; }

    /// <summary>Gets the weights w, one number of 0 or more for each sample in memory; null for weights of 1.</summary>
    public Vector<double>? Weights { get; init; }

    /// <summary>
    /// Gets the standard deviations σ of the observations, in units of y, one number of more than 0 for each sample in
    /// memory; null if they are equal. It is another way to write the weights, w = 1/σ², of least squares.
    /// </summary>
    /// <exception cref="ArgumentException">One of them is not a finite number of more than 0.</exception>
    public Vector<double>? Sigma
    {
        get => Weights?.Map(weight => 1.0 / Math.Sqrt(weight), Zeros.Include);
        init => Weights = value is null ? null : MeasurementErrors.WeightsOf(value);
    }

    /// <summary>
    /// Gets whether the weights of least squares are exactly 1/σ², with σ known: the covariance is then (JᵀWJ)⁻¹, and
    /// χ² tests the model. If false, the default, the weights are known up to a factor, which is estimated from the
    /// residuals.
    /// </summary>
    public bool IsSigmaAbsolute { get; init; }

    /// <summary>
    /// Gets the standard deviations of the inputs, samples × inputs, in units of x, 0 for what is exact; null if all
    /// are. The fit is then orthogonal distance regression: it minimizes Σ (f(x_i + δ_i, θ) − y_i)²/σ_i² + Σ
    /// δ_ij²/s_ij²
    /// over θ and the errors δ of the inputs. It needs <see cref="Sigma"/>.
    /// </summary>
    public Matrix<double>? InputSigma { get; init; }

    /// <summary>The expression of σ, where the samples come from a table.</summary>
    internal string? SigmaText { get; init; }

    /// <summary>Whether a new observation needs a σ of its own.</summary>
    internal bool HasSigma => SigmaText is not null || IsSigmaAbsolute;

    /// <summary>Gets the source that the samples are read from in blocks; null if they are in memory.</summary>
    public FitSource? Source { get; init; }

    /// <summary>Gets the distance d. The default is <see cref="Distance.Squared"/>.</summary>
    public Distance Distance { get; init; } = Distance.Squared;

    /// <summary>Gets the lower and upper bounds of parameters, by name; infinite for an open side.</summary>
    public IReadOnlyDictionary<string, (double Lower, double Upper)> Bounds { get; init; } =
        new Dictionary<string, (double, double)>();

    /// <summary>Gets the values of parameters that are not fitted, by name.</summary>
    public IReadOnlyDictionary<string, double> Fixed { get; init; } = new Dictionary<string, double>();

    /// <summary>Gets the priors of parameters, by name.</summary>
    public IReadOnlyDictionary<string, Prior> Priors { get; init; } = new Dictionary<string, Prior>();

    /// <summary>
    /// Gets the names of parameters that f is linear in: they are found by linear least squares at every value of the
    /// others, need no start and make the search shorter. For least squares over one block of samples, without bounds
    /// on these parameters.
    /// </summary>
    public IReadOnlyList<string> Linear { get; init; } = [];

    /// <summary>Gets the minimizer; null for <see cref="Minimizer.Auto"/>.</summary>
    public Minimizer? Minimizer { get; init; }

    /// <summary>Gets the options of the minimizer; null for the defaults.</summary>
    public MinimizerOptions? Options { get; init; }

    /// <summary>
    /// Gets the processes that fit together, each with the same samples and settings: they share the starts that are
    /// tried, and where <see cref="SharesSamples"/> the passes over the samples, whose sums are added. Every process
    /// gets the same result, which needs no other process any more. The default is this process alone.
    /// </summary>
    public ProcessGroup Processes { get; init; } = ProcessGroup.Single;

    /// <summary>
    /// Gets whether <see cref="Processes"/> share the passes over the samples: of more than one, where the samples are
    /// more than a block (8192 in memory), exact in their inputs, and the method is chosen by the library. Otherwise
    /// each process goes over all of them.
    /// </summary>
    public bool SharesSamples => Processes.Count > 1 && InputSigma is null && (Source is not null
        ? Source.Samples.Length > Source.BlockLength
        : Targets!.Samples > SamplesInMemory.BlockLength && Linear.Count == 0
            && (!IsSquares || (Minimizer is null or { Name: "auto" } && !FitMethod.IsExtreme(this))));

    /// <summary>
    /// Whether the cost is a sum of squares, or can be written so near every θ: a curvature for each number, and
    /// derivatives of each by θ.
    /// </summary>
    internal bool IsSquares => Distance.IsElementwise && Model.HasJacobian;

    /// <summary>The number of samples, those with weight 0 among them.</summary>
    internal long SampleCount => Source?.Samples.Length ?? Targets!.Samples;

    /// <summary>The numbers that were observed of a sample.</summary>
    internal int TargetColumns => Source?.TargetColumns.Count ?? Targets!.Columns;

    /// <summary>
    /// Gets the number of rows that were dropped when the data were read, because a value was missing there.
    /// </summary>
    public long DroppedRows { get; init; }

    /// <summary>Gets the number of rows that a condition left out when the data were read.</summary>
    public long LeftOutRows { get; init; }

    /// <summary>Reads a table and returns the problem of a formula over its columns.</summary>
    /// <param name="path">
    /// A file of any format that holds a table; an array without names has columns c1, c2, ….
    /// </param>
    /// <param name="formula">The formula, response ~ function: names that are not columns are parameters.</param>
    /// <param name="weights">The weights, a column or an expression of columns such as 1/s^2; null for 1.</param>
    /// <param name="options">How missing values, dates and separators are read; null for the defaults.</param>
    /// <param name="where">A condition on the columns, such as x &gt; 0 &amp;&amp; run == 3; null for all rows.</param>
    /// <exception cref="FormulaException">The formula or the condition cannot be read.</exception>
    /// <exception cref="ArgumentException">
    /// The formula has no response or no parameter, one of its names is a column but for a slip, or no row meets the
    /// condition.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read; the message says where.</exception>
    public static FitProblem Read(
        string path, string formula, string? weights = null, NumberTableOptions? options = null,
        string? where = null) =>
        Read(path, Formula.Parse(formula), weights, options, where);

    /// <inheritdoc cref="Read(string, string, string, NumberTableOptions, string)"/>
    public static FitProblem Read(
        string path, Formula formula, string? weights = null, NumberTableOptions? options = null,
        string? where = null) =>
        Read(path, formula, new MeasurementErrors { Weights = weights }, options, where);

    /// <summary>
    /// Reads a table and returns the problem of a formula over its columns, with errors of measurement.
    /// </summary>
    /// <param name="path">A file of any format that holds a table.</param>
    /// <param name="formula">The formula, response ~ function: names that are not columns are parameters.</param>
    /// <param name="errors">The errors of measurement, as expressions of columns.</param>
    /// <param name="options">How missing values, dates and separators are read; null for the defaults.</param>
    /// <param name="where">A condition on the columns; null for all rows.</param>
    /// <exception cref="FormulaException">The formula or an expression cannot be read.</exception>
    /// <exception cref="ArgumentException">
    /// The formula has no response or no parameter, an expression names what is no column, or an error of measurement
    /// is not more than 0; the message says in which row.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read; the message says where.</exception>
    public static FitProblem Read(
        string path, Formula formula, MeasurementErrors errors, NumberTableOptions? options = null,
        string? where = null) =>
        FitTable.Read(path, formula, errors, options, where).ToProblem();

    /// <summary>
    /// Reads a table and returns the problem of differential equations, whose time is one of its columns.
    /// </summary>
    /// <param name="path">A file of any format that holds a table.</param>
    /// <param name="equations">
    /// The equations, as for <see cref="Model.FromOde(string, string, OdeModelOptions)"/>.
    /// </param>
    /// <param name="observed">What is measured: columns ~ functions of states, time and parameters.</param>
    /// <param name="ode">Initial values, time and integration; null for the defaults.</param>
    /// <param name="errors">The errors of measurement, as expressions of columns; null for none.</param>
    /// <param name="options">How missing values, dates and separators are read; null for the defaults.</param>
    /// <param name="where">A condition on the columns; null for all rows.</param>
    /// <exception cref="FormulaException">An equation or formula cannot be read.</exception>
    /// <exception cref="ArgumentException">Names or times do not belong together.</exception>
    /// <exception cref="IOException">The file cannot be read; the message says where.</exception>
    public static FitProblem ReadOde(
        string path,
        string equations,
        Formula observed,
        OdeModelOptions? ode = null,
        MeasurementErrors? errors = null,
        NumberTableOptions? options = null,
        string? where = null) =>
        OdeTable.Read(
            path, equations, observed, ode ?? new OdeModelOptions(), errors ?? new MeasurementErrors(), options, where);

    /// <summary>Fits from a start.</summary>
    /// <param name="start">A value for each parameter, by name; fixed and linear parameters need none.</param>
    /// <param name="cancellation">Stops the fit between steps.</param>
    /// <exception cref="ArgumentException">
    /// Samples, names or start do not belong together; the message says where.
    /// </exception>
    public FitResult Fit(IReadOnlyDictionary<string, double> start, CancellationToken cancellation = default)
    {
        FitChecks.Check(this);
        return FitFrom(StartFrom(start), cancellation);
    }

    /// <summary>Fits from a start.</summary>
    /// <param name="start">
    /// θ, in the model's order; null for the model's own start, such as the parameters of a module.
    /// </param>
    /// <param name="cancellation">Stops the fit between steps.</param>
    /// <exception cref="ArgumentException">
    /// Samples and start do not belong together; the message says where.
    /// </exception>
    public FitResult Fit(Vector<double>? start, CancellationToken cancellation = default)
    {
        FitChecks.Check(this);
        return FitFrom(StartFrom(start), cancellation);
    }

    /// <summary>
    /// Fits without a start: from many, drawn from where the formula and the ranges of the data put its parameters, and
    /// within their bounds; from the model's own start if it has one. The search ends once the same minimum was
    /// reached several times.
    /// </summary>
    /// <param name="starts">The largest number of starts.</param>
    /// <param name="cancellation">Stops the fit between steps.</param>
    /// <exception cref="ArgumentException">Samples or names do not belong together; the message says where.</exception>
    public FitResult Fit(int starts = 200, CancellationToken cancellation = default)
    {
        FitChecks.Check(this);
        if (Model.Start is { } start)
        {
            return FitFrom(StartFrom(start), cancellation);
        }

        RequireSame();
        if (InputSigma is not null)
        {
            return FitFrom([.. (this with { InputSigma = null }).Fit(starts, cancellation).Parameters], cancellation);
        }

        IFitCost cost = CheckedCost();
        Minimum found = StartSearch.Minimize(cost, this, starts, cancellation, out string? note);
        return Result(cost, found.IsConverged || !SharesSamples ? found : Alone.Cost().Minimize(
            cost.Unknowns.Completed(found.Parameters.AsArray()), cancellation), note);
    }

    /// <summary>The samples as blocks.</summary>
    internal IFitBlocks Blocks() => Source is null ? new SamplesInMemory(this) : new StreamedSamples(this);

    /// <summary>
    /// The cost: least squares, reweighted, where there is a curvature for each sample; else by its gradient.
    /// </summary>
    internal IFitCost Cost()
    {
        if (!IsSquares)
        {
            return new ModelCost(this, Blocks());
        }

        if (Source is null)
        {
            return InputSigma is not null ? new OrthogonalCost(this)
                : SharesSamples ? new BlockFitCost(this, Blocks())
                : new FitCost(this);
        }

        IFitBlocks blocks = Blocks();
        return blocks.Count == 1 ? new FitCost(Of(blocks.Read(0))) : new BlockFitCost(this, blocks);
    }

    /// <summary>The problem of one block in memory.</summary>
    internal FitProblem Of(FitBlock block) =>
        this with { Source = null, Inputs = block.Inputs, Targets = block.Targets, Weights = block.Weights };

    /// <summary>Some of the samples in memory.</summary>
    internal FitProblem Select(int[] rows) => this with
    {
        Inputs = Matrix<double>.Build.Dense(rows.Length, Inputs!.ColumnCount, (i, j) => Inputs[rows[i], j]),
        Targets = Targets!.Select(rows),
        Weights = Weights is null ? null : Vector<double>.Build.Dense(rows.Length, i => Weights[rows[i]]),
        InputSigma = InputSigma is null
            ? null
            : Matrix<double>.Build.Dense(rows.Length, Inputs!.ColumnCount, (i, j) => InputSigma[rows[i], j]),
    };

    /// <summary>All of θ from a start by name; fixed parameters have their values.</summary>
    /// <exception cref="ArgumentException">A name is missing, or is none of the model.</exception>
    internal double[] StartFrom(IReadOnlyDictionary<string, double> start)
    {
        ArgumentNullException.ThrowIfNull(start);
        FitChecks.RequireParameters(Model, start.Keys, "start");
        string? missing = Model.ParameterNames.FirstOrDefault(
            name => !start.ContainsKey(name) && !Fixed.ContainsKey(name) && !Linear.Contains(name));
        if (missing is not null)
        {
            throw new ArgumentException($"The start has no value for the parameter '{missing}'.", nameof(start));
        }

        return [.. Model.ParameterNames.Select(
            name => Fixed.TryGetValue(name, out double value) ? value : start.GetValueOrDefault(name, 1.0))];
    }

    /// <summary>All of θ from a start in the model's order; null for the model's own.</summary>
    /// <exception cref="ArgumentException">
    /// The number of values is wrong, or the model has no start of its own.
    /// </exception>
    private double[] StartFrom(Vector<double>? start)
    {
        start ??= Model.Start
            ?? throw new ArgumentException("The model has no start of its own: give one.", nameof(start));
        if (start.Count != Model.ParameterNames.Count)
        {
            throw new ArgumentException(
                $"The start has {FitText.Count(start.Count, "value")}, and the model "
                + $"{FitText.Count(Model.ParameterNames.Count, "parameter")}.",
                nameof(start));
        }

        return [.. Model.ParameterNames.Select(
            (name, i) => Fixed.TryGetValue(name, out double value) ? value : start[i])];
    }

    private FitResult FitFrom(double[] start, CancellationToken cancellation)
    {
        RequireSame();
        IFitCost cost = CheckedCost();
        Minimum found = Rescue.Improved(this, cost.Minimize(start, cancellation), start, cancellation);

        // Of blocks one method is known; of all samples several, one after the other.
        return found.IsConverged || !SharesSamples ? Result(cost, found) : Alone.FitFrom(start, cancellation);
    }

    /// <summary>The same problem for this process alone.</summary>
    private FitProblem Alone => Processes.Count == 1 ? this : this with { Processes = ProcessGroup.Single };

    private FitResult Result(IFitCost cost, Minimum minimum, string? note = null)
    {
        FitProblem own = Alone;
        IFitCost ofOwn = ReferenceEquals(own, this) ? cost : own.Cost();
        FitResult With(Minimum end) => new(own, ofOwn, end) { SearchNote = note };
        FitResult result = With(minimum.IsConverged ? Signs.MadePositive(own, ofOwn, minimum) : minimum);
        return Stationarity.IsPlausible(result, ofOwn)
            ? result
            : With(minimum with { Termination = Termination.NoProgress });
    }

    /// <summary>Throws, in every process, unless all of them have the same samples and parameters.</summary>
    private void RequireSame()
    {
        if (Processes.Count > 1)
        {
            Processes.RequireSame("The parameters", string.Join(", ", Model.ParameterNames));
            Processes.RequireSame("The samples", FitText.Count(SampleCount, "sample") + (Source is not null
                ? string.Empty
                : string.Create(CultureInfo.InvariantCulture, $" with the hash {Hash(Inputs!, Targets!):x16}")));
        }
    }

    private static ulong Hash(Matrix<double> inputs, FitTargets targets)
    {
        var hash = new XxHash64();
        hash.Append(MemoryMarshal.AsBytes<double>(inputs.AsColumnMajorArray() ?? inputs.ToColumnMajorArray()));
        hash.Append(MemoryMarshal.AsBytes<double>(targets.Values.AsArray() ?? targets.Values.ToArray()));
        return hash.GetCurrentHashAsUInt64();
    }

    private IFitCost CheckedCost()
    {
        IFitCost cost = Cost();
        return cost.Observations >= cost.Unknowns.Count || Priors.Count > 0
            ? cost
            : throw new ArgumentException(
                FitText.ThereAre(cost.Observations, "sample")
                + $"{(Weights is null ? string.Empty : " with a weight of more than 0")} for "
                + $"{FitText.Count(cost.Unknowns.Count, "unknown parameter")}: more samples, fixed parameters or "
                + "priors are needed.");
    }
}
