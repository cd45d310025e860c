namespace Math4AI.Reporting.Charts;

/// <summary>One thing that a chart draws; later layers lie on top.</summary>
internal abstract record ChartLayer
{
    /// <summary>The color of what stands back, such as data behind a curve.</summary>
    public const int Quiet = -1;

    /// <summary>The color of marks on a picture, which is white.</summary>
    public const int OnPicture = -2;

    /// <summary>Gets the name in the legend; null for a layer that has none.</summary>
    public string? Name { get; init; }

    /// <summary>Gets the color: a place in the palette, <see cref="Quiet"/> or <see cref="OnPicture"/>.</summary>
    public int Color { get; init; }

    /// <summary>Gets the name of the way to draw it, as the page's script knows it.</summary>
    public abstract string Kind { get; }

    /// <summary>Gets the values that must be seen along x.</summary>
    public virtual IEnumerable<double> Across => [];

    /// <summary>Gets the values that must be seen along y.</summary>
    public virtual IEnumerable<double> Up => [];

    /// <summary>Gets values along y that are shown as far as the others leave room for them.</summary>
    public virtual IEnumerable<double> Beside => [];

    /// <summary>Returns the layer without what has no place on the axes, and how many marks were left out.</summary>
    public virtual (ChartLayer Layer, int LeftOut) Drawable(bool isLogX, bool isLogY) => (this, 0);

    /// <summary>Writes what the script needs to draw it.</summary>
    public abstract void Write(ChartWriter writer);

    /// <summary>Returns whether a value has a place on an axis.</summary>
    protected static bool HasPlace(double value, bool isLog) => double.IsFinite(value) && (!isLog || value > 0.0);

    /// <summary>Returns the places for which a condition holds; null if it holds for all.</summary>
    protected static int[]? Kept(int count, Func<int, bool> holds)
    {
        int[] kept = [.. Enumerable.Range(0, count).Where(holds)];
        return kept.Length == count ? null : kept;
    }

    /// <summary>Returns some of the values.</summary>
    protected static double[] Picked(double[] values, int[] places) => [.. places.Select(place => values[place])];
}
