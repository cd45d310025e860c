using Math4AI.Interop;

namespace Math4AI.Runtime;

/// <summary>
/// Arrays that are read and written at many places at once, on pages of 2 MB where the system has them: the first use
/// of a page costs the system's time, and a place on a page that was not used lately costs a look for that page.
/// </summary>
internal static class LargeArray
{
    private const long LeastBytes = 4 << 20;

    /// <summary>Returns a new array of zeros.</summary>
    /// <typeparam name="T">Numbers.</typeparam>
    /// <param name="length">Their number.</param>
    public static unsafe T[] New<T>(long length)
        where T : unmanaged
    {
        var array = new T[length];
        if (length * sizeof(T) is >= LeastBytes and var bytes)
        {
            fixed (T* start = array)
            {
                LibC.AdviseLargePages(start, bytes);
            }
        }

        return array;
    }
}
