using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Math4AI.Runtime;

/// <summary>
/// Numbers that settings may have. They are checked where they are set, so that an impossible one is refused in the
/// line that has it, and not by the fit that comes much later, or by none. NaN is in no range.
/// </summary>
internal static class Setting
{
    /// <summary>A finite number of at least some size.</summary>
    public static T AtLeast<T>(T value, T least, [CallerMemberName] string name = "")
        where T : INumber<T> =>
        value >= least && T.IsFinite(value) ? value : throw Wrong(name, value, $"{least} or more");

    /// <inheritdoc cref="AtLeast{T}(T, T, string)"/>
    public static T? AtLeast<T>(T? value, T least, [CallerMemberName] string name = "")
        where T : struct, INumber<T> => value is { } given ? AtLeast(given, least, name) : null;

    /// <summary>Finite numbers of at least some size.</summary>
    public static IReadOnlyList<T> AllAtLeast<T>(
        IReadOnlyList<T> values, T least, [CallerMemberName] string name = "")
        where T : INumber<T>
    {
        ArgumentNullException.ThrowIfNull(values, name);
        foreach (T value in values)
        {
            AtLeast(value, least, name);
        }

        return values;
    }

    /// <summary>A finite number above another.</summary>
    public static T Above<T>(T value, T limit, [CallerMemberName] string name = "")
        where T : INumber<T> =>
        value > limit && T.IsFinite(value) ? value : throw Wrong(name, value, $"above {limit}");

    /// <inheritdoc cref="Above{T}(T, T, string)"/>
    public static T? Above<T>(T? value, T limit, [CallerMemberName] string name = "")
        where T : struct, INumber<T> => value is { } given ? Above(given, limit, name) : null;

    /// <summary>A limit above 0, or infinity for none.</summary>
    public static double Limit(double value, [CallerMemberName] string name = "") =>
        value > 0.0 ? value : throw Wrong(name, value, $"above 0, or infinite for no limit");

    /// <summary>A number between two others, or one of them.</summary>
    public static T Within<T>(T value, T least, T most, [CallerMemberName] string name = "")
        where T : INumber<T> =>
        value >= least && value <= most ? value : throw Wrong(name, value, $"from {least} to {most}");

    /// <inheritdoc cref="Within{T}(T, T, T, string)"/>
    public static T? Within<T>(T? value, T least, T most, [CallerMemberName] string name = "")
        where T : struct, INumber<T> => value is { } given ? Within(given, least, most, name) : null;

    /// <summary>A number that is at least one, and below another.</summary>
    public static T Below<T>(T value, T least, T limit, [CallerMemberName] string name = "")
        where T : INumber<T> =>
        value >= least && value < limit ? value : throw Wrong(name, value, $"from {least} to less than {limit}");

    /// <summary>A number above 0, and at most 1.</summary>
    public static double Share(double value, [CallerMemberName] string name = "") =>
        value is > 0.0 and <= 1.0 ? value : throw Wrong(name, value, $"above 0 and at most 1");

    private static ArgumentOutOfRangeException Wrong<T>(string name, T value, FormattableString range) => new(
        name,
        $"{name} must be {range.ToString(CultureInfo.InvariantCulture)}, and is "
        + string.Create(CultureInfo.InvariantCulture, $"{value}."));
}
