namespace Math4AI.Reporting;

/// <summary>How an axis of a chart runs.</summary>
public enum AxisScale
{
    /// <summary>
    /// Logarithmic where the data span it: all values are positive, the largest is at least 100 times the smallest,
    /// and half of them lie in the lowest tenth of their range. Linear otherwise. Where all values are positive, the
    /// reader of the page can change it.
    /// </summary>
    Automatic,

    /// <summary>Linear.</summary>
    Linear,

    /// <summary>Logarithmic; values that are not positive are not drawn, and the page says how many.</summary>
    Logarithmic,
}
