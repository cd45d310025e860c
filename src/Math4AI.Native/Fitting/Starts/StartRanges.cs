using Math4AI.Fitting.Formulas;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Starts;

/// <summary>
/// Where the parameters of a model may be, from its formula and the data: magnitudes by <see cref="FormulaScales"/>,
/// places on an axis from the axis, frequencies from a periodogram. A model without a formula has all magnitudes.
/// </summary>
internal sealed class StartRanges
{
    private const int MaxNodes = 400;
    private const int MaxRows = 400;
    private const double Decades = 0.7;
    private const double DecadesOfPlace = 1.0;
    private const int Places = 32;
    private const double ShareOfPlaces = 0.75;
    private const double ShareOfPlacesInSum = 0.4;
    private const double ShareOfFrequencies = 0.9;
    private const int Rounds = 4;
    private const int PeaksOfRound = 3;
    private const int MaxBeside = 400;
    private const double StepsOfTurn = 4.0;

    private readonly FitProblem problem;
    private readonly IReadOnlyList<string> names;
    private readonly string[] free;
    private readonly Dictionary<string, double[]> columns;
    private readonly int rows;
    private readonly StartRange[] ranges;
    private readonly List<PeriodicParameter> periodic = [];

    private StartRanges(FitProblem problem)
    {
        this.problem = problem;
        names = problem.Model.ParameterNames;
        free = [.. names.Where(name => !problem.Fixed.ContainsKey(name))];
        ranges = [.. names.Select(_ => new StartRange())];
        Matrix<double> inputs = problem.Inputs!;
        int[] chosen = [.. Enumerable.Range(0, Math.Min(MaxRows, inputs.RowCount))
            .Select(i => (int)((long)i * inputs.RowCount / Math.Min(MaxRows, inputs.RowCount)))];
        rows = chosen.Length;
        columns = problem.Model.InputNames.Select((name, j) => (name, chosen.Select(i => inputs[i, j]).ToArray()))
            .ToDictionary(pair => pair.name, pair => pair.Item2);
        for (int output = 0; output < problem.Model.Expressions.Count; output++)
        {
            Expression expression = problem.Model.Expressions[output];
            if (expression.InOrder().Count <= MaxNodes)
            {
                Look(expression, [.. chosen.Select(i =>
                    problem.Targets![i + Math.Min(output, problem.Targets.Columns - 1) * inputs.RowCount])]);
            }
        }

        foreach (PeriodicParameter parameter in PeriodicParameter.AllIn(problem, Typical))
        {
            if (parameter.IsAngle)
            {
                ranges[IndexOf(parameter.Name)] = new StartRange { IsAngle = true };
            }
            else
            {
                periodic.Add(parameter);
                LookAtFrequencies(parameter);
            }
        }
    }

    /// <summary>The parameters that are frequencies, or periods, of sines.</summary>
    public IReadOnlyList<PeriodicParameter> Periodic => periodic;

    /// <summary>The range of a parameter, by its number.</summary>
    public StartRange this[int parameter] => ranges[parameter];

    /// <summary>The ranges for a problem whose samples are in memory.</summary>
    public static StartRanges Of(FitProblem problem) => new(problem);

    private void Look(Expression expression, double[] y)
    {
        var data = new ExpressionValues(
            expression,
            name => columns.GetValueOrDefault(name) ?? (problem.Fixed.TryGetValue(name, out double value) ? [value]
                : null),
            rows);
        double whole = Scale.Of(y).High;
        double[] small = FormulaScales.Of(expression, free, data, whole, isLarge: false);
        double[] large = FormulaScales.Of(expression, free, data, whole, isLarge: true);
        HashSet<string> here = [.. expression.Names()];
        for (int j = 0; j < free.Length; j++)
        {
            if (here.Contains(free[j]))
            {
                double low = Math.Min(small[j], large[j]), high = Math.Max(small[j], large[j]);
                ranges[IndexOf(free[j])] = new StartRange { Low = low - Decades, High = high + Decades };
            }
        }

        foreach (BinaryExpression node in expression.InOrder().OfType<BinaryExpression>())
        {
            LookAtPlace(node, data, y);
        }
    }

    /// <summary>
    /// A parameter alone, added to or compared with an axis, is a place on it: anywhere, or where y is far from its
    /// median.
    /// </summary>
    private void LookAtPlace(BinaryExpression node, ExpressionValues data, double[] y)
    {
        if (node.Function.Name is not ("-" or "+" or "<" or ">" or "<=" or ">="))
        {
            return;
        }

        for (int side = 0; side < 2; side++)
        {
            Expression axis = node.Operands[1 - side];
            if (axis is NumberExpression || FormulaScales.Alone(node.Operands[side], free) is not { } alone
                || data[axis] is not { } values)
            {
                continue;
            }

            bool isSum = node.Function.Name == "+";
            double[] places = PlacesOn(values, y, value =>
                alone.IsSquared ? Math.Sqrt(Math.Abs(value)) : isSum ? -value : value);
            if (places.Length == 0)
            {
                continue;
            }

            Scale scale = Scale.Of(places);
            ranges[IndexOf(alone.Name)] = new StartRange
            {
                Low = Math.Min(scale.Low, scale.Step) - Decades,
                High = Math.Max(scale.High, scale.Range) + DecadesOfPlace,
                Values = places,
                Jitter = 0.5 * Math.Pow(10.0, scale.Step),
                ShareOfValues = isSum ? ShareOfPlacesInSum : ShareOfPlaces,
            };
        }
    }

    private static double[] PlacesOn(double[] axis, double[] y, Func<double, double> place)
    {
        int[] order = [.. Enumerable.Range(0, axis.Length).Where(i => double.IsFinite(axis[i])).OrderBy(i => axis[i])];
        if (order.Length == 0 || axis[order[0]] == axis[order[^1]])
        {
            return [];
        }

        double median = y.Order().ElementAt(y.Length / 2), total = order.Sum(i => Weight(i)), passed = 0.0;
        var striking = new List<double>();
        foreach (int i in order)
        {
            passed += Weight(i);
            while (total > 0.0 && striking.Count < Places && passed >= (striking.Count + 0.5) / Places * total)
            {
                striking.Add(place(axis[i]));
            }
        }

        double from = axis[order[0]], to = axis[order[^1]];
        bool isEven = order.Length < Places
            || Math.Abs(axis[order[order.Length / 2]] - 0.5 * (from + to)) < 0.2 * (to - from);
        IEnumerable<double> spread = Enumerable.Range(0, Places).Select(
            i => place(isEven ? from + (to - from) * (i + 0.5) / Places : axis[order[i * order.Length / Places]]));
        return [.. spread.Zip(striking, (a, b) => new[] { a, b }).SelectMany(pair => pair)];

        double Weight(int i) => (y[i] - median) * (y[i] - median);
    }

    private void LookAtFrequencies(PeriodicParameter parameter)
    {
        Matrix<double> inputs = problem.Inputs!;
        double[] x = inputs.Column(problem.Model.InputNames.ToList().IndexOf(parameter.Column)).ToArray();
        var periodogram = new Periodogram(x, [.. Enumerable.Range(0, x.Length).Select(i => problem.Targets![i])]);
        double[] peaks = [.. periodogram.Peaks(Rounds, PeaksOfRound)];
        if (peaks.Length == 0)
        {
            return;
        }

        // The first peaks are the likeliest, and a squared sine turns half as fast.
        double[] halves = [.. peaks.Take(2).Select(peak => 0.5 * peak)];
        double[] values = [.. peaks.Take(2), .. peaks.Take(4), .. peaks, .. halves,
            .. Beside([.. peaks.Take(1), .. halves], x, periodogram)];
        int index = IndexOf(parameter.Name);
        double low = parameter.At(0.2 * periodogram.Resolution), high = parameter.At(periodogram.Limit);
        ranges[index] = new StartRange
        {
            Low = Math.Log10(Math.Min(low, high)),
            High = Math.Log10(Math.Max(low, high)),
            Values = [.. values.Select(parameter.At)],
            ShareOfValues = ShareOfFrequencies,
        };
    }

    /// <summary>
    /// Far from x = 0 a small change of the frequency shifts the phase by full turns: those between two that the
    /// samples can tell apart, so close that the phase is right for one of them.
    /// </summary>
    private static IEnumerable<double> Beside(double[] frequencies, double[] x, Periodogram periodogram)
    {
        double center = Math.Abs(0.5 * (x.Min() + x.Max())), length = x.Max() - x.Min();
        int count = center > length ? (int)Math.Min(MaxBeside, StepsOfTurn * center / length) : 0;
        return frequencies.SelectMany(frequency => Enumerable.Range(0, count).Select(
            i => frequency + periodogram.Resolution * ((i + 0.5) / count - 0.5)));
    }

    private double? Typical(string name) =>
        problem.Fixed.TryGetValue(name, out double value) ? value
        : IndexOf(name) < 0 ? null
        : Math.Pow(10.0, 0.5 * (ranges[IndexOf(name)].Low + ranges[IndexOf(name)].High));

    private int IndexOf(string name) => names.ToList().IndexOf(name);
}
