using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace Math4AI.Reporting.Charts;

/// <summary>
/// Writes the charts of a page as JSON, in which no text can end the element around it. Columns that several layers
/// share are written once.
/// </summary>
internal sealed class ChartWriter : IDisposable
{
    private const int Digits = 7;
    private const int MaxDigits = 17;

    private readonly Dictionary<double[], int> columns = new(Same.Columns);
    private readonly List<double[]> columnsInOrder = [];
    private readonly MemoryStream buffer = new();
    private readonly Utf8JsonWriter json;

    public ChartWriter()
    {
        json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteStartArray("charts");
    }

    /// <summary>Gets the number of charts.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a chart; returns its place.</summary>
    public int Add(Chart chart, ChartRange x, ChartRange y, IReadOnlyList<ChartLayer> layers)
    {
        json.WriteStartObject();
        Flag("map", chart.IsMap);
        if (chart.IsSquare)
        {
            json.WriteString("shape", "square");
        }

        if (chart.Height is { } height)
        {
            json.WriteNumber("height", height);
        }

        WriteAxis("x", chart.X, x);
        WriteAxis("y", chart.Y, y);
        json.WriteStartArray("layers");
        foreach (ChartLayer layer in layers)
        {
            WriteLayer(layer);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        return Count++;
    }

    public ChartWriter Column(string name, double[]? values)
    {
        if (values is null)
        {
            return this;
        }

        if (!columns.TryGetValue(values, out int place))
        {
            columns.Add(values, place = columns.Count);
            columnsInOrder.Add(values);
        }

        json.WriteNumber(name, place);
        return this;
    }

    public ChartWriter Number(string name, double value)
    {
        json.WriteNumber(name, value);
        return this;
    }

    public ChartWriter Flag(string name, bool holds)
    {
        if (holds)
        {
            json.WriteBoolean(name, true);
        }

        return this;
    }

    public ChartWriter Text(string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }

        return this;
    }

    public ChartWriter Texts(string name, IReadOnlyList<string>? values)
    {
        if (values is not null)
        {
            json.WriteStartArray(name);
            foreach (string value in values)
            {
                json.WriteStringValue(value);
            }

            json.WriteEndArray();
        }

        return this;
    }

    /// <summary>Ends the JSON and returns it.</summary>
    public string ToJson()
    {
        json.WriteEndArray();
        json.WriteStartArray("columns");
        foreach (double[] column in columnsInOrder)
        {
            json.WriteRawValue(ColumnText(column), skipInputValidation: true);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    public void Dispose()
    {
        json.Dispose();
        buffer.Dispose();
    }

    private void WriteLayer(ChartLayer layer)
    {
        json.WriteStartObject();
        json.WriteString("kind", layer.Kind);
        Text("name", layer.Name);
        switch (layer.Color)
        {
            case ChartLayer.Quiet:
                json.WriteString("color", "quiet");
                break;
            case ChartLayer.OnPicture:
                json.WriteString("color", "on-picture");
                break;
            default:
                json.WriteNumber("color", layer.Color);
                break;
        }

        layer.Write(this);
        json.WriteEndObject();
    }

    private void WriteAxis(string name, ChartAxis axis, ChartRange range)
    {
        json.WriteStartObject(name);
        json.WriteString("label", axis.Label);
        WriteEnds("linear", range.Linear);
        if (range.Logarithms is { } logarithms)
        {
            WriteEnds("log", logarithms);
        }

        Flag("isLog", range.IsLogarithmic);
        Flag("whole", axis.IsWhole);
        Texts("categories", axis.Categories);
        json.WriteEndObject();
    }

    private void WriteEnds(string name, (double From, double To) ends)
    {
        json.WriteStartArray(name);
        json.WriteNumberValue(ends.From);
        json.WriteNumberValue(ends.To);
        json.WriteEndArray();
    }

    /// <summary>
    /// The values with as many digits as can be told apart on an axis that shows all of them; null for what is no
    /// number; whole numbers in steps by their first, step and count.
    /// </summary>
    private static string ColumnText(double[] values)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        if (IsInSteps(values))
        {
            return string.Create(
                culture, $"{{\"from\":{values[0]:R},\"step\":{values[1] - values[0]:R},\"count\":{values.Length}}}");
        }

        string format = $"G{DigitsOf(values)}";
        var text = new StringBuilder("[", 10 * values.Length + 2);
        Span<char> number = stackalloc char[32];
        for (int i = 0; i < values.Length; i++)
        {
            if (i > 0)
            {
                text.Append(',');
            }

            if (double.IsFinite(values[i]) && values[i].TryFormat(number, out int written, format, culture))
            {
                text.Append(number[..written]);
            }
            else
            {
                text.Append("null");
            }
        }

        return text.Append(']').ToString();
    }

    private static int DigitsOf(double[] values)
    {
        double least = double.PositiveInfinity, most = double.NegativeInfinity;
        foreach (double value in values.Where(double.IsFinite))
        {
            (least, most) = (Math.Min(least, value), Math.Max(most, value));
        }

        double beyond = Math.Log10(Math.Max(Math.Abs(least), Math.Abs(most)) / (most - least));
        return double.IsFinite(beyond)
            ? Math.Clamp(Digits + (int)Math.Ceiling(beyond), Digits, MaxDigits)
            : MaxDigits;
    }

    private static bool IsInSteps(double[] values)
    {
        const int FewValues = 8;
        const double Exact = 1L << 53;
        if (values.Length < FewValues || values.Any(value => Math.Abs(value) >= Exact || value != Math.Floor(value)))
        {
            return false;
        }

        double step = values[1] - values[0];
        for (int i = 1; i < values.Length; i++)
        {
            if (values[i] - values[i - 1] != step)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Columns are the same if they are one array.</summary>
    private sealed class Same : IEqualityComparer<double[]>
    {
        public static readonly Same Columns = new();

        public bool Equals(double[]? x, double[]? y) => ReferenceEquals(x, y);

        public int GetHashCode(double[] obj) => RuntimeHelpers.GetHashCode(obj);
    }
}
