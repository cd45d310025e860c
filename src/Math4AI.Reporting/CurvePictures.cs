using Math4AI.Fitting;
using ScottPlot;

namespace Math4AI.Reporting;

/// <summary>A picture of points and lines, and the part of the plane that it shows.</summary>
internal sealed record Picture(byte[] Png, double Left, double Right, double Bottom, double Top);

/// <summary>
/// Pictures of data and curves, without letters: the scales stand in the page, as for <see cref="SignalPictures"/>.
/// </summary>
internal static class CurvePictures
{
    private const int Width = 1000;
    private const int Height = 520;

    private static readonly Color PointColour = Color.FromHex("#718096");
    private static readonly Color LineColour = Color.FromHex("#3182ce");
    private static readonly Color OtherColour = Color.FromHex("#dd6b20");

    private static readonly string[] CurveColours =
        ["#3182ce", "#dd6b20", "#38a169", "#805ad5", "#d53f8c", "#b7791f", "#2c7a7b", "#e53e3e"];

    /// <summary>Draws points, a curve, and the bands around it.</summary>
    public static Picture Fit(
        double[] x, double[] y, double[] curveX, double[] curveY, params IReadOnlyList<Interval>[] bands)
    {
        using Plot plot = Create();
        foreach (IReadOnlyList<Interval> edges in bands)
        {
            var band = plot.Add.FillY(
                curveX, [.. edges.Select(edge => edge.Lower)], [.. edges.Select(edge => edge.Upper)]);
            band.FillColor = LineColour.WithAlpha(0.18);
            band.LineWidth = 0;
        }

        AddPoints(plot, x, y, PointColour);
        AddLine(plot, curveX, curveY, LineColour);
        return Draw(plot, [.. x, .. curveX], [.. y, .. curveY]);
    }

    /// <summary>Draws points, and curves over the same values, each in its color.</summary>
    public static Picture Curves(double[] x, double[] y, double[] curveX, IReadOnlyList<double[]> curves)
    {
        using Plot plot = Create();
        AddPoints(plot, x, y, PointColour);
        for (int i = 0; i < curves.Count; i++)
        {
            AddLine(plot, curveX, curves[i], Color.FromHex(Colour(i)));
        }

        return Draw(plot, [.. x, .. curveX], [.. y, .. curves.SelectMany(curve => curve)]);
    }

    /// <summary>Returns the color of one of several curves.</summary>
    public static string Colour(int curve) => CurveColours[curve % CurveColours.Length];

    /// <summary>Draws points and a straight reference line.</summary>
    public static Picture Points(double[] x, double[] y, (double X1, double Y1, double X2, double Y2) line)
    {
        using Plot plot = Create();
        AddLine(plot, [line.X1, line.X2], [line.Y1, line.Y2], OtherColour);
        AddPoints(plot, x, y, LineColour);
        return Draw(plot, x, y);
    }

    /// <summary>Draws points in the colors of their classes, and upright lines.</summary>
    public static Picture Classes(double[] x, double[] y, IReadOnlyList<int> classes, double[] lines)
    {
        using Plot plot = Create();
        foreach (double at in lines)
        {
            var line = plot.Add.VerticalLine(at);
            line.Color = at == 0.0 ? PointColour : PointColour.WithAlpha(0.45);
            line.LineWidth = at == 0.0 ? 2.5f : 1.2f;
        }

        foreach (int of in classes.Distinct().Where(of => of >= 0).Order())
        {
            int[] members = [.. Enumerable.Range(0, classes.Count).Where(i => classes[i] == of)];
            AddPoints(plot, [.. members.Select(i => x[i])], [.. members.Select(i => y[i])], Color.FromHex(Colour(of)));
        }

        return Draw(plot, [.. x, .. lines], y);
    }

    /// <summary>Draws a curve through points.</summary>
    public static Picture Line(double[] x, double[] y)
    {
        using Plot plot = Create();
        AddLine(plot, x, y, LineColour);
        AddPoints(plot, x, y, LineColour);
        return Draw(plot, x, y);
    }

    /// <summary>
    /// Draws a density, filled, and another curve over the same values, each scaled to its own height.
    /// </summary>
    public static Picture Density(double[] x, double[] density, double[] other)
    {
        using Plot plot = Create();
        var area = plot.Add.FillY(x, new double[x.Length], density);
        area.FillColor = LineColour.WithAlpha(0.25);
        area.LineWidth = 0;
        AddLine(plot, x, density, LineColour);
        double scale = density.Max() / Math.Max(1e-300, other.Max(Math.Abs));
        AddLine(plot, x, [.. other.Select(value => 0.5 * (density.Max() + scale * value))], OtherColour);
        return Draw(plot, x, [0.0, .. density]);
    }

    /// <summary>Draws values over a plane as colors, with a path through it.</summary>
    /// <param name="values">Row 0 at the bottom.</param>
    /// <param name="area">What part of the plane the values cover.</param>
    /// <param name="path">Points on the way, in order.</param>
    public static Picture Contour(
        double[,] values, (double Left, double Right, double Bottom, double Top) area,
        IReadOnlyList<(double X, double Y)> path)
    {
        using Plot plot = Create();
        int rows = values.GetLength(0);
        double[,] flipped = new double[rows, values.GetLength(1)];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < values.GetLength(1); j++)
            {
                flipped[rows - 1 - i, j] = values[i, j];
            }
        }

        var map = plot.Add.Heatmap(flipped);
        map.Colormap = new ScottPlot.Colormaps.Viridis();
        map.Position = new CoordinateRect(area.Left, area.Right, area.Bottom, area.Top);
        AddLine(plot, [.. path.Select(point => point.X)], [.. path.Select(point => point.Y)], Colors.White);
        AddPoints(plot, [.. path.Select(point => point.X)], [.. path.Select(point => point.Y)], Colors.White);
        plot.Axes.SetLimits(area.Left, area.Right, area.Bottom, area.Top);
        return new Picture(
            plot.GetImageBytes(Width, Height, ImageFormat.Png), area.Left, area.Right, area.Bottom, area.Top);
    }

    private static Plot Create()
    {
        var plot = new Plot();
        plot.FigureBackground.Color = Colors.Transparent;
        plot.DataBackground.Color = Colors.Transparent;
        plot.HideGrid();
        plot.Layout.Frameless();
        return plot;
    }

    private static void AddPoints(Plot plot, double[] x, double[] y, Color colour)
    {
        var points = plot.Add.ScatterPoints(x, y);
        points.Color = colour;
        points.MarkerSize = x.Length > 2000 ? 2 : 7;
    }

    private static void AddLine(Plot plot, double[] x, double[] y, Color colour)
    {
        var line = plot.Add.ScatterLine(x, y);
        line.Color = colour;
        line.LineWidth = 2.5f;
    }

    private static Picture Draw(Plot plot, double[] x, double[] y)
    {
        (double left, double right) = Span(x);
        (double bottom, double top) = Span(y);
        plot.Axes.SetLimits(left, right, bottom, top);
        return new Picture(plot.GetImageBytes(Width, Height, ImageFormat.Png), left, right, bottom, top);
    }

    private static (double From, double To) Span(double[] values)
    {
        double least = values.Where(double.IsFinite).DefaultIfEmpty(0.0).Min();
        double most = values.Where(double.IsFinite).DefaultIfEmpty(0.0).Max();
        double margin = most > least ? 0.05 * (most - least) : 1.0;
        return (least - margin, most + margin);
    }
}
